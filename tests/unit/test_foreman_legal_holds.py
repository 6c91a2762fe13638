"""Redrive and release look for legal holds before anything is deleted: what a hold keeps stays, the rest goes out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from delivering_support import GOOD, REFUSED, REHEARSED, deletions, delivery, people
from foreman_support import Site

from processors.delivering.holds import LIVE, Rules
from processors.delivering.surge import DeletionCount
from schemas.errors import SetupError, UndecodableRecord
from streams.lanes.hold_lookup import HoldLookup
from streams.lanes.orders import holding
from streams.lanes.orders.holding import COUNTS, DROP, RELEASE, SINCE, STATUS
from streams.lanes.orders.pausing import PAUSE
from streams.lanes.orders.redriving import DELIVERY, REDRIVE

if TYPE_CHECKING:
    from collections.abc import Collection


class State:
    """Who is under a hold, for whoever asks; it answers when the test says so."""

    def __init__(self, *held: str) -> None:
        self.held, self.asked = set(held), list[set[str]]()
        self.answers = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, partition: int, wanted: Collection[str]) -> Collection[str]:
        assert partition == 2
        self.asked.append(set(wanted))
        await self.answers.wait()
        if self.error:
            raise self.error
        return self.held & set(wanted)


def failed(state: State, **actions: str) -> Site:
    """A site where one delivery of each person has failed: a deletion, or something else."""
    site = Site(HoldLookup)
    site.bench.held = state
    for number, (name, action) in enumerate(actions.items()):
        site.lane.arrive(delivery(number, action, f"p1.{name}"))  # type: ignore[arg-type]
        site.lane.round(REFUSED)
    return site


async def answered(site: Site, state: State) -> list[str | None]:
    state.answers.set()
    for _ in range(3):
        await asyncio.sleep(0)
    return site.obeyed()


async def test_what_a_hold_keeps_stays_failed_and_the_rest_goes_out() -> None:
    state = State("p1.ana", "p1.eva")
    site = failed(state, ana="delete", ben="delete", eva="withdraw")
    site.give(REDRIVE)
    assert site.obeyed() == [], "not before it is known"
    told = await answered(site, state)
    assert told == ["2 sent once more, 1 left as they are: a legal hold keeps what they would delete"]
    assert state.asked == [{"p1.ana", "p1.ben"}], "a hold stops no withdrawal"
    assert sorted(one for call in site.lane.start() for one in people(call)) == ["p1.ben", "p1.eva"]
    assert [one.delivery.pid for one in site.lane.entries("failed")] == ["p1.ana"]


async def test_commands_behind_it_wait_their_turn() -> None:
    state = State()
    site = failed(state, ana="delete")
    site.give(REDRIVE, 1)
    site.give(PAUSE, 2)
    assert site.obeyed() == []
    assert not site.lane.core.paused
    assert await answered(site, state) == ["1 sent once more", "paused"]


async def test_whoever_takes_over_meanwhile_asks_anew() -> None:
    state = State("p1.ana")
    site = failed(state, ana="delete")
    site.give(REDRIVE)
    assert site.obeyed() == []
    await asyncio.sleep(0)
    await site.lookup.end()
    site.take_over()
    assert site.obeyed() == []
    assert await answered(site, state) == ["1 left as they are: a legal hold keeps what they would delete"]
    assert state.asked == [{"p1.ana"}] * 2


async def test_who_fails_while_it_asks_is_left_and_keeps_nothing_waiting() -> None:
    state = State()
    site = failed(state, ana="delete")
    site.give(REDRIVE, 1)
    site.give(PAUSE, 2)
    site.obeyed()
    site.lane.arrive(delivery(7, "delete", "p1.ben"), delivery(8, "withdraw", "p1.eva"))
    site.lane.round(REFUSED)
    site.lane.round(REFUSED)
    told = await answered(site, state)
    late = "1 left for the next time: they failed while it looked for legal holds"
    assert told == [f"2 sent once more, {late}", "paused"]
    assert state.asked == [{"p1.ana"}]


async def test_an_answer_is_for_one_command_alone() -> None:
    state = State()
    site = failed(state, ana="delete")
    site.give(REDRIVE, 1)
    assert site.obeyed() == []
    site.lane.arrive(delivery(7, "delete", "p1.ana"))  # takes the place of the failed one, and fails later
    site.lane.round(GOOD)
    assert await answered(site, state) == ["nothing of it is failed here"]
    site.lane.arrive(delivery(8, "delete", "p1.ana"))
    site.lane.round(REFUSED)
    state.held.add("p1.ana")
    site.give(REDRIVE, 2)
    assert site.obeyed() == [], "it looks anew"
    told = await answered(site, state)
    assert told == ["1 left as they are: a legal hold keeps what they would delete"]


async def test_a_grant_that_came_in_behind_a_deletion_that_stays_is_not_sent_before_it() -> None:
    state = State("p1.ana")
    site = failed(state, ana="delete", ben="delete")
    for number, who in ((7, "p1.ana"), (8, "p1.ben")):
        site.lane.arrive(delivery(number, "grant", who))
        site.lane.round(REFUSED)
    site.give(REDRIVE)
    site.obeyed()
    told = await answered(site, state)
    kept = "1 left as they are: a legal hold keeps what they would delete"
    assert told == [f"2 sent once more, {kept}, 1 left behind such a deletion, which would undo them"]
    state.held.clear()
    site.give(REDRIVE, 2)
    site.obeyed()
    assert await answered(site, state) == ["2 sent once more"]


async def test_a_state_that_can_not_be_read_ends_the_command_and_says_so() -> None:
    state = State()
    state.error = UndecodableRecord("no Avro")
    site = failed(state, ana="delete")
    site.give(REDRIVE, 1)
    site.give(PAUSE, 2)
    site.obeyed()
    told = await answered(site, state)
    assert told == ["refused: the state of somebody it is about can't be read (undecodable)", "paused"]


async def test_a_withdrawal_from_before_a_deletion_that_stays_is_not_left_undone_for_it() -> None:
    state = State("p1.ana")
    site = failed(state)
    for number, action in ((1, "grant"), (2, "withdraw"), (3, "delete")):
        site.lane.arrive(delivery(number, action, purposes=(f"of {action}",)))  # type: ignore[arg-type]
        site.lane.round(REFUSED)
    site.give(REDRIVE)
    site.obeyed()
    kept = "1 left as they are: a legal hold keeps what they would delete"
    assert await answered(site, state) == [f"1 sent once more, 1 overtaken by newer instructions, {kept}"]
    assert site.lane.round(GOOD) == [1]
    assert [one.delivery.action for one in site.lane.entries("failed")] == ["delete"]


async def test_while_nobody_can_tell_nothing_is_sent_and_the_command_stays() -> None:
    state = State()
    state.error = SetupError("no broker answers", remedy="start it")
    site = failed(state, ana="delete")
    site.give(REDRIVE)
    site.obeyed()
    with pytest.raises(SetupError, match="no broker answers"):
        await answered(site, state)
    state.error = None
    site.take_over()
    site.obeyed()
    assert await answered(site, state) == ["1 sent once more"]
    assert site.lane.round(GOOD) == [0]


async def test_one_delivery_that_deletes_nothing_needs_no_look() -> None:
    state = State("p1.ben")
    site = failed(state, ana="withdraw", ben="delete")
    site.give(REDRIVE, args={DELIVERY: f"{0:064x}"})
    assert site.obeyed() == ["1 sent once more"]
    assert state.asked == []


async def released(monkeypatch: pytest.MonkeyPatch, state: State, word: str) -> tuple[Site, list[str | None]]:
    """Five deletions are held because of their number, and an operator says what is to become of them."""
    monkeypatch.setattr(holding, "MOST", 2)
    site = Site(HoldLookup)
    site.bench.held = state
    site.lane.core.holds.surge = DeletionCount(1000)
    site.lane.arrive(*deletions(1, 2, 3, 4, 5))
    site.commit()
    site.give(word, args={STATUS: "held", SINCE: str(2**62), COUNTS: "2:5"})
    told = site.obeyed()
    for _ in range(3):
        told += await answered(site, state)
    return site, told


async def test_a_release_leaves_on_hold_what_a_legal_hold_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    site, told = await released(monkeypatch, State("p1.2", "p1.3"), RELEASE)
    assert told == ["3 released, 2 left as they are: a legal hold keeps what they would delete"]
    assert sorted(one for call in site.lane.start() for one in people(call)) == ["p1.1", "p1.4", "p1.5"]
    assert site.lane.core.statuses["held"] == 2


async def test_a_drop_asks_for_no_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    site, told = await released(monkeypatch, state := State("p1.2"), DROP)
    assert told == ["5 dropped"]
    assert (state.asked, site.lane.state) == ([], {})


async def test_a_rehearsed_deletion_that_a_legal_hold_keeps_lets_withdrawals_past(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holding, "MOST", 1)
    site, state = Site(HoldLookup), State("p1.ana")
    site.bench.held, site.lane.rules = state, Rules(dry=True)
    site.take_over()
    site.lane.arrive(delivery(0, "delete", "p1.ana"), delivery(1, "delete", "p1.ben"))
    site.lane.round(REHEARSED)
    site.lane.round(REHEARSED)
    site.lane.rules = LIVE
    site.take_over()
    site.lane.arrive(delivery(2, "withdraw", "p1.ana"))
    site.give(RELEASE, args={STATUS: "dry_run", SINCE: str(2**62), COUNTS: "2:9"})
    told = site.obeyed()
    for _ in range(3):
        told += await answered(site, state)
    assert told == ["1 released, 1 held from now on: a legal hold keeps what they would delete"]
    assert (site.lane.core.statuses["held"], site.lane.core.statuses["dry_run"]) == (1, 0)
    assert sorted(site.lane.round(GOOD) + site.lane.round(GOOD)) == [1, 2], "the withdrawal goes past it"
    assert state.asked == [{"p1.ana", "p1.ben"}], "once for all pieces"
