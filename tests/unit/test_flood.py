"""The router's work when too many records are rejected: what it leaves in place, and how it goes on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest
from router_support import LIMIT_S, Commit, PaperTenure, until
from routing_support import AWAY, DESK, EMAIL, HOME, event, record

from processors.routing.guard import Limits
from schemas.codec import encode
from schemas.records import Command
from streams import topics
from streams.flood import ARMED_KEY, FLOOD_KEY, RESUME, Watch, resumed_until
from streams.outbox import Out
from streams.ownership.tenure import CONTROL_KEY
from streams.router import RouterWork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka import ConsumerRecord

    from streams.control import Control
    from streams.ownership.tenure import Tenure
    from streams.status import Status

GRANT = event(1, "grant", 0, ["surveys"], identities=[EMAIL])
LIMITS = Limits(run=3, ratio=0)
NEVER_S, AT_ONCE_S = 3600.0, 0.001


def watch(hold_s: float = NEVER_S) -> Watch:
    return Watch(LIMITS, hold_s)


def records(fates: str, offset: int = 0) -> list[ConsumerRecord]:
    """g: good (a repeat is, too); b: rejected; p: a rejected protective one; f: another partition's."""
    protective = event(2, "withdraw", 5, ["surveys"], identities=[EMAIL]).model_copy(update={"controller": "no"})
    away = event(3, "grant", 0, ["surveys"], subject_id=next(s for s in map(str, range(99)) if DESK.home(s) != HOME))
    values = {"g": encode(GRANT), "b": b"garbage", "p": encode(protective), "f": encode(away)}
    return [record(values[fate], number) for number, fate in enumerate(fates, offset)]


def command(until_offset: object, number: int = 1, **more: object) -> bytes:
    given = {
        "command_id": f"c-{number}",
        "name": RESUME,
        "lane": None,
        "args": {str(HOME): str(until_offset)},
        "by": "ops@host",
        "reason": "they are bad",
        "at": 1,
    }
    return encode(Command.parse({**given, **more}))


def give(control: Control, offset: int, value: bytes) -> None:
    control.take(record(value, offset))


@asynccontextmanager
async def running(watch: Watch, tenure: PaperTenure, fates: str = "", offset: int = 0) -> AsyncIterator[RouterWork]:
    """A router that was handed these records; drained at the end."""
    work = RouterWork(DESK, HOME, watch=watch)
    work.feed(records(fates, offset))
    task = asyncio.create_task(work.run(cast("Tenure", tenure)))
    try:
        yield work
    finally:
        work.drain()
        await asyncio.wait_for(task, LIMIT_S)


def problem(status: Status) -> tuple[str, str] | None:
    role = status.roles.get("router")
    return role.problems.get(str(HOME)) if role else None


async def halted(watch: Watch) -> str:
    await until(lambda: problem(watch.status) is not None)
    reason, text = problem(watch.status) or ("", "")
    assert reason == "flood"
    return text


def letters(tenure: PaperTenure) -> list[int]:
    return [offset for commit in tenure.commits for offset in commit.dead_letters()]


async def test_the_good_ones_before_a_flood_are_committed_and_nothing_of_it_is() -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure, "ggbbbbg") as work:
        text = await halted(seen)
        work.feed(records("ggg", 7))
        work.advance(10)
    assert [audit.kind for audit in tenure.commits[0].audit()] == ["planned", "duplicate"]
    assert [(commit.offset, commit.clean) for commit in tenure.commits] == [(2, None), (2, True)]
    assert letters(tenure) == []
    assert tenure.marks == {FLOOD_KEY: (2, 4)}
    assert text.startswith("3 records in a row were rejected, most of those held back as undecodable (3). ")
    assert f"consent.events[{HOME}] stands before offset 2" in text
    assert f"consent-relay router resume --partition {HOME} --reason" in text


async def test_with_every_record_rejected_the_bookmark_stays_where_it_is() -> None:
    tenure, seen = PaperTenure(start=40), watch()
    async with running(seen, tenure, "bbbbb", 40):
        await halted(seen)
    assert [(commit.offset, commit.outs) for commit in tenure.commits] == [
        (40, [Out("marks", HOME, FLOOD_KEY, b"40 42")]),
        (40, []),
    ]


async def test_who_takes_over_halts_at_the_same_place_and_writes_nothing() -> None:
    tenure, seen = PaperTenure(start=40, marks={FLOOD_KEY: (40, 41)}), watch()
    async with running(seen, tenure, "bb", 40):
        assert (await halted(seen)).startswith("the records before which the router halted are rejected again")
    assert tenure.commits == [Commit([], 40, clean=True)]


async def test_a_deploy_that_reads_them_goes_on_by_itself() -> None:
    tenure, seen = PaperTenure(start=40, marks={FLOOD_KEY: (40, 41)}), watch()
    async with running(seen, tenure, "bgbg", 40):
        await until(lambda: letters(tenure) == [40, 42])
    assert tenure.commits[-1].offset == 44
    assert problem(seen.status) is None


async def test_a_few_rejected_ones_go_to_the_dead_letters_when_a_good_one_follows() -> None:
    tenure = PaperTenure()
    async with running(watch(), tenure, "bbgbbgb") as work:
        await until(lambda: letters(tenure) == [0, 1, 3, 4])
        assert tenure.commits[-1].offset == 6
        work.feed(records("g", 7))
        await until(lambda: letters(tenure) == [0, 1, 3, 4, 6])
    assert tenure.commits[-1].offset == 8


async def test_they_go_there_too_when_nothing_follows() -> None:
    tenure = PaperTenure()
    async with running(watch(AT_ONCE_S), tenure, "gbb") as work:
        await until(lambda: letters(tenure) == [1, 2])
        assert tenure.commits[-1].offset == 3
        work.feed(records("b", 3))
        await until(lambda: bool(tenure.marks))
    assert tenure.marks == {FLOOD_KEY: (3, 3)}, "the run was counted on"


async def test_but_not_as_long_as_there_is_more_to_read() -> None:
    tenure = PaperTenure(ended=False)
    async with running(watch(AT_ONCE_S), tenure, "gbb") as work:
        await until(lambda: len(tenure.commits) == 1)
        for _ in range(20):
            await asyncio.sleep(AT_ONCE_S)
        assert letters(tenure) == []
        work.advance(9)  # behind the held ones there is nothing but transaction markers
        tenure.ended = True
        await until(lambda: tenure.commits[-1].offset == 9)
    assert letters(tenure) == [1, 2]


async def test_whoever_drains_leaves_what_was_held_back_to_the_next() -> None:
    tenure = PaperTenure()
    async with running(watch(), tenure, "gbb"):
        await until(lambda: len(tenure.commits) == 1)
    assert [(commit.offset, commit.clean) for commit in tenure.commits] == [(1, None), (1, True)]


async def test_a_protective_one_alarms_before_it_is_written_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    tenure = PaperTenure()
    async with running(watch(), tenure, "gp"):
        await until(lambda: len(tenure.commits) == 1)
    said = capsys.readouterr()
    assert "protective_rejected" in said.out + said.err
    assert letters(tenure) == []


async def test_forwarded_ones_behind_a_rejected_one_keep_their_order() -> None:
    tenure = PaperTenure()
    async with running(watch(), tenure, "fbfg"):
        await until(lambda: tenure.commits[-1:] != [] and tenure.commits[-1].offset == 4)
    told = [audit for commit in tenure.commits for audit in commit.audit()]
    assert [audit.kind for audit in told] == ["forwarded", "rejected", "forwarded", "planned"]
    assert HOME != AWAY


async def test_a_resume_lets_the_run_pass_once_and_goes_on_behind_it() -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure, "gbbbbbg"):
        await halted(seen)
        give(seen.control, 5, command(6))
        await until(lambda: tenure.commits[-1].offset == 7)
        assert problem(seen.status) is None
    assert letters(tenure) == [1, 2, 3, 4, 5]
    assert tenure.marks == {FLOOD_KEY: (1, 3), CONTROL_KEY: (6,), ARMED_KEY: (6,)}
    (said,) = [audit for commit in tenure.commits for audit in commit.audit() if audit.kind == "command"]
    assert said.command
    assert (said.command.command_id, said.command.name, said.command.by) == ("c-1", RESUME, "ops@host")
    assert (said.reason, str(said.origin)) == ("they are bad", "consent.control[0]@5")
    assert said.evidence
    assert said.evidence.detail == f"flood guard off below consent.events[{HOME}]@6"


async def test_the_command_its_effect_and_its_mark_are_one_transaction() -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure, "bbb"):
        await halted(seen)
        give(seen.control, 0, command(3))
        await until(lambda: CONTROL_KEY in tenure.marks)
    (commit,) = [one for one in tenure.commits if any(audit.kind == "command" for audit in one.audit())]
    assert commit.offset == 3
    assert commit.dead_letters() == [0, 1, 2]
    assert {out.key for out in commit.outs if out.topic == "marks"} == {CONTROL_KEY, ARMED_KEY}
    assert {out.partition for out in commit.outs} == {HOME}


async def test_a_command_that_was_carried_out_is_not_again_after_a_takeover_and_what_it_said_stands() -> None:
    marks: dict[bytes, tuple[int, ...]] = {FLOOD_KEY: (1, 3), CONTROL_KEY: (6,), ARMED_KEY: (6,)}
    tenure, seen = PaperTenure(start=3, marks=marks), watch()
    give(seen.control, 5, command(6))
    async with running(seen, tenure, "bbbbb", 3):
        await until(lambda: letters(tenure) == [3, 4, 5])
    assert [audit.kind for commit in tenure.commits for audit in commit.audit()] == ["rejected"] * 3


async def test_a_command_given_while_nobody_worked_or_before_the_flood_is_found() -> None:
    tenure, seen = PaperTenure(), watch()
    give(seen.control, 5, command(4))
    async with running(seen, tenure, "bbbbbbb"):
        await halted(seen)
    assert letters(tenure) == [0, 1, 2, 3]
    assert tenure.commits[-1].offset == 4
    assert tenure.marks == {FLOOD_KEY: (4, 6), CONTROL_KEY: (6,), ARMED_KEY: (4,)}


async def test_a_later_flood_wants_a_later_command() -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure, "bbb") as work:
        await halted(seen)
        give(seen.control, 0, command(3))
        await until(lambda: problem(seen.status) is None)
        work.feed(records("gbbb", 3))
        await halted(seen)
        give(seen.control, 1, command(3, 2))
        await until(lambda: tenure.marks[CONTROL_KEY] == (2,))
        assert problem(seen.status) is not None, "it is no newer than what lies there"
        give(seen.control, 2, command(7, 3))
        await until(lambda: problem(seen.status) is None)
    assert letters(tenure) == [0, 1, 2, 4, 5, 6]


@pytest.mark.parametrize(
    "value",
    [
        command(9, args={str(AWAY): "9"}),
        command(9, args={}),
        command("nine"),
        command("-9"),
        command("²"),
        command(9, name="router.pause"),
        command(9, lane="zoho-crm"),
        command(9, reason="x" * topics.RECORD_LIMIT),
        b"garbage",
    ],
    ids=[
        "another partition",
        "none",
        "word",
        "negative",
        "odd digit",
        "another name",
        "a lane",
        "oversize",
        "garbage",
    ],
)
async def test_what_is_no_resume_of_this_partition_changes_nothing(value: bytes) -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure, "bbb"):
        await halted(seen)
        give(seen.control, 0, value)
        give(seen.control, 1, command(0, 2))  # carried out behind it
        await until(lambda: CONTROL_KEY in tenure.marks)
        assert problem(seen.status) is not None
    assert letters(tenure) == []


def test_up_to_where_a_partition_is_resumed() -> None:
    given = Command.parse({
        "command_id": "c", "name": RESUME, "lane": None, "args": {"2": "77"}, "by": "", "reason": "", "at": 0,
    })  # fmt: skip
    assert resumed_until(given, 2) == 77
    assert resumed_until(given, 3) is None
