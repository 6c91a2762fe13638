"""The router's work after a flood: which command lets it go on, how far, and what is kept of that."""

from __future__ import annotations

import pytest
from flood_support import command, give, halted, letters, problem, records, running, watch
from router_support import PaperTenure, until
from routing_support import AWAY, HOME

from schemas.records import Command
from streams import topics
from streams.control import UNKNOWN
from streams.flood import ARMED_KEY, FLOOD_KEY, RESUME, resumed_until
from streams.ownership.tenure import CONTROL_KEY


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


async def test_a_command_that_this_version_does_not_know_is_told_in_the_audit() -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure, "g"):
        give(seen.control, 5, command(9, name="router.pause"))
        await until(lambda: CONTROL_KEY in tenure.marks)
    (commit,) = [one for one in tenure.commits if any(audit.kind == "command" for audit in one.audit())]
    (said,) = [audit for audit in commit.audit() if audit.kind == "command"]
    assert said.command
    assert said.command.name == "router.pause"
    assert said.evidence
    assert said.evidence.detail == UNKNOWN
    assert tenure.marks == {CONTROL_KEY: (6,)}


def test_up_to_where_a_partition_is_resumed() -> None:
    given = Command.parse({
        "command_id": "c", "name": RESUME, "lane": None, "args": {"2": "77"}, "by": "", "reason": "", "at": 0,
    })  # fmt: skip
    assert resumed_until(given, 2) == 77
    assert resumed_until(given, 3) is None
