"""The router's work when too many records are rejected: what it leaves in place, and what goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from flood_support import AT_ONCE_S, halted, letters, problem, records, running, watch
from router_support import Commit, PaperTenure, until
from routing_support import AWAY, HOME

from streams.flood import FLOOD_KEY
from streams.outbox import Out

if TYPE_CHECKING:
    import pytest


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
