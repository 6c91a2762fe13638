"""The router's work on one partition: what each transaction holds, and what is known after it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest
from router_support import LIMIT_S, Commit, PaperTenure, drained, until
from routing_support import AWAY, DESK, EMAIL, HOME, event, record

from processors.routing.route import route
from schemas.codec import decode
from schemas.errors import OwnershipLost
from schemas.records import DeadLetter
from schemas.state import SubjectState
from streams import topics
from streams.router import MOST_EVENTS, ROOM, RouterWork
from streams.wire import incoming_of, outs_of

if TYPE_CHECKING:
    from streams.ownership.tenure import Tenure


def work() -> RouterWork:
    return RouterWork(DESK, HOME)


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """Policies and schemas are read once: that is no batch's share of the CPU."""
    incoming = incoming_of(record(GRANT, 0), DESK.pepper)
    list(outs_of(incoming, route(incoming, DESK, lambda _: None), DESK.pepper))


GRANT = event(1, "grant", 0, ["surveys"], identities=[EMAIL])
WITHDRAWAL = event(2, "withdraw", 5, ["surveys"], identities=[EMAIL])


async def test_a_batch_is_one_transaction_with_its_bookmark_and_a_clean_end() -> None:
    batch, end = await drained(work(), record(GRANT, 3), record(WITHDRAWAL, 5))
    assert [planned.kind for planned in batch.audit()] == ["planned", "planned"]
    assert (batch.offset, batch.clean) == (6, None)
    assert (end.outs, end.offset, end.clean) == ([], 6, True)


async def test_the_second_event_of_a_batch_sees_what_the_first_changed() -> None:
    (batch, _) = await drained(work(), record(GRANT, 0), record(GRANT, 1), record(WITHDRAWAL, 2))
    assert [planned.kind for planned in batch.audit()] == ["planned", "duplicate", "planned"]
    ((key, value),) = batch.states()
    state = decode(SubjectState, value or b"")
    assert key == state.pid.encode()
    assert [seen.event_id for seen in state.recent] == [GRANT.event_id, WITHDRAWAL.event_id]
    assert {choice.status for choice in state.choices} == {"withdrawn"}


async def test_the_state_goes_to_the_partition_of_its_people() -> None:
    other = event(3, "grant", 0, ["surveys"], subject_id="c-1002")
    batch, _ = await drained(work(), record(GRANT, 0), record(other, 1))
    assert {out.partition for out in batch.outs if out.topic == topics.STATE} == {HOME}


async def test_what_was_committed_is_known_to_the_next_batch_and_the_next_owner() -> None:
    first, tenure = work(), PaperTenure()
    running = asyncio.create_task(first.run(cast("Tenure", tenure)))
    first.feed([record(GRANT, 0)])
    await until(lambda: len(tenure.commits) == 1)
    first.feed([record(GRANT, 1)])
    await until(lambda: len(tenure.commits) == 2)
    first.drain()
    await asyncio.wait_for(running, LIMIT_S)
    assert tenure.commits[1].audit()[0].kind == "duplicate"
    assert tenure.commits[1].states() == [], "a repeat changes nothing"
    second = work()
    second.load(tenure.commits[0].states())
    batch, _ = await drained(second, record(GRANT, 2))
    assert batch.audit()[0].kind == "duplicate"


async def test_a_forgotten_person_is_forgotten_when_the_state_is_loaded() -> None:
    batch, _ = await drained(work(), record(GRANT, 0))
    ((key, value),) = batch.states()
    second = work()
    second.load([(key, value), (key, None), (b"p1.never-known", None)])
    again, _ = await drained(second, record(GRANT, 0))
    assert again.audit()[0].kind == "planned"


async def test_without_a_commit_nothing_is_known() -> None:
    router, tenure = work(), PaperTenure(fails_from=0)
    router.feed([record(GRANT, 0)])
    with pytest.raises(OwnershipLost):
        await router.run(cast("Tenure", tenure))
    assert router._states == {}
    assert tenure.commits == []


async def test_a_clean_end_that_can_not_be_committed_is_none() -> None:
    router = work()
    router.drain()
    with pytest.raises(OwnershipLost):
        await router.run(cast("Tenure", PaperTenure(fails_from=0)))


async def test_nothing_to_do_ends_cleanly_where_it_began() -> None:
    router = work()
    router.drain()
    tenure = PaperTenure(start=17)
    await router.run(cast("Tenure", tenure))
    assert tenure.commits == [Commit([], 17, clean=True)]


async def test_what_still_waits_when_drained_is_left_to_the_next_owner() -> None:
    router, tenure = work(), PaperTenure(start=4)
    router.feed([record(GRANT, 4)])
    router.drain()
    await router.run(cast("Tenure", tenure))
    assert tenure.commits == [Commit([], 4, clean=True)]


async def test_the_bookmark_moves_over_holes_but_not_over_what_waits() -> None:
    router, tenure = work(), PaperTenure()
    running = asyncio.create_task(router.run(cast("Tenure", tenure)))
    router.advance(9)
    await until(lambda: len(tenure.commits) == 1)
    assert tenure.commits[0] == Commit([], 9, clean=None)
    router.advance(9)
    router.feed([record(GRANT, 9)])
    router.advance(12)
    await until(lambda: len(tenure.commits) == 3)
    assert [commit.offset for commit in tenure.commits] == [9, 10, 12]
    router.drain()
    await asyncio.wait_for(running, LIMIT_S)


async def test_batches_are_bounded_and_so_is_what_waits() -> None:
    router = work()
    assert router.room()
    commits = await drained(router, *(record(GRANT, offset) for offset in range(MOST_EVENTS + 1)))
    assert len(commits) >= 3
    assert commits[-1].offset == MOST_EVENTS + 1
    assert max(len(commit.audit()) for commit in commits) <= MOST_EVENTS
    full = work()
    full.feed([record(b"garbage", offset) for offset in range(ROOM)])
    assert not full.room()


def swelling() -> Any:
    """An event that its topic takes, but whose sealed identities are six times as long."""
    identities = [{"type": "email", "value": "\x01" * 995 + str(number)} for number in range(250)]
    return event(3, "delete", 9, identities=identities)


async def test_an_event_that_swells_beyond_a_record_is_a_dead_letter_and_the_rest_goes_on() -> None:
    large = record(swelling(), 1)
    assert len(large.value) < topics.RECORD_LIMIT / 2
    commits = await drained(work(), record(GRANT, 0), large, record(WITHDRAWAL, 2))
    outs = [out for commit in commits for out in commit.outs]  # it may take a batch's whole share of the CPU
    assert [told.kind for commit in commits for told in commit.audit()] == ["planned", "rejected", "planned"]
    (letter,) = (decode(DeadLetter, out.value or b"") for out in outs if out.topic == topics.DEAD_LETTER)
    assert (letter.reason, letter.protective, letter.origin.offset) == ("oversize", True, 1)
    assert DESK.seals.open_dead(letter.sealed, letter.origin) == large.value
    _, value = [pair for commit in commits for pair in commit.states()][-1]
    state = decode(SubjectState, value or b"")
    assert len(state.recent) == 2, "a rejected event is not remembered"
    assert state.erased_at is None
    lanes = [out.value or b"" for out in outs if out.topic.startswith("consent.deliveries.")]
    assert lanes
    assert not any(swelling().event_id.encode() in value for value in lanes)


async def test_what_not_even_a_dead_letter_takes_is_left_in_place_and_the_rest_goes_on() -> None:
    giant = record(b"x" * (topics.DEAD_LETTER_LIMIT + 1), 0)
    commits = await drained(work(), giant, record(GRANT, 1))
    outs = [out for commit in commits for out in commit.outs]
    assert [told.kind for commit in commits for told in commit.audit()] == ["rejected", "planned"]
    (letter,) = (decode(DeadLetter, out.value or b"") for out in outs if out.topic == topics.DEAD_LETTER)
    assert (letter.reason, letter.sealed, letter.origin.offset) == ("oversize_left_in_place", None, 0)


async def test_a_forwarded_event_is_written_to_its_home_in_the_same_transaction() -> None:
    away = RouterWork(DESK, AWAY)
    batch, _ = await drained(away, record(GRANT, 0, partition=AWAY, key=None))
    (sent,) = (out for out in batch.outs if out.topic == topics.EVENTS)
    assert sent.partition == HOME
    assert [told.kind for told in batch.audit()] == ["forwarded"]
    assert batch.states() == []
