"""The closer's transactions: what each holds, what costs none, and how a partition goes on where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from closer_support import Closer
from closing_support import KEY, NOW, brought, delivery, planned, record, said, task
from replaying_support import folded
from router_support import until

from processors.closing.book import MOST_AT_ONCE, Book
from processors.closing.ending import settled
from processors.closing.progress import heard, opened
from processors.replaying.fold import in_order
from schemas.codec import encode
from schemas.errors import OwnershipLost, StateUnreadable
from schemas.times import DAY
from streams import topics

if TYPE_CHECKING:
    from schemas.records import AuditRecord
    from schemas.request import Request


async def test_a_request_and_its_end_are_one_transaction_with_the_bookmark() -> None:
    closer = Closer()
    closer.hear(planned(delivery("a")), said("a", "executed"))
    async with closer.working():
        await closer.settled()
    (commit,) = [commit for commit in closer.tenure.commits if commit.audit()]  # a slow machine may commit twice
    assert commit.offset == 2
    assert {out.topic for out in commit.outs} == {topics.AUDIT, topics.REQUESTS}
    assert closer.told() == ["request.closed"]
    assert closer.request().status == "completed"
    assert closer.tenure.commits[-1].clean


async def test_what_goes_on_beside_it_does_so_as_long_as_the_partition_is_held() -> None:
    closer = Closer()
    async with closer.working():
        await until(lambda: closer.beside == ["0 begins"])
    assert closer.beside == ["0 begins", "0 ends"]


async def test_grants_and_records_of_its_own_change_nothing() -> None:
    closer = Closer()
    closer.hear(
        planned(delivery("a", "grant"), kind="consent.granted"), said("a", "executed"), record("request.closed")
    )
    async with closer.working():
        await until(lambda: closer.work._next == 3)
    (end,) = closer.tenure.commits
    assert (end.outs, end.offset, end.clean) == ([], 3, True)


async def test_a_marker_that_is_passed_while_a_transaction_is_under_way_is_marked_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.closer.work.BOOKMARK_EVERY_S", 0.0)
    closer = Closer()
    commit = closer.tenure.commit

    async def slow(*args: Any, **more: Any) -> None:
        await commit(*args, **more)
        closer.work.advance(3)

    monkeypatch.setattr(closer.tenure, "commit", slow)
    closer.hear(planned(delivery("a")), said("a", "executed"))
    async with closer.working():
        await until(lambda: [one.offset for one in closer.tenure.commits] == [2, 3])


async def test_a_marker_at_the_end_of_the_log_is_marked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.closer.work.BOOKMARK_EVERY_S", 0.0)
    closer = Closer()
    async with closer.working():
        await until(lambda: bool(closer.work._wake._waiters))
        closer.work.advance(1)
        await until(lambda: [one.offset for one in closer.tenure.commits] == [1])


async def test_what_a_backfill_brings_of_a_request_that_is_forgotten_is_followed() -> None:
    closer = Closer()
    closer.hear(brought(delivery("a")), said("a", "parked"))
    async with closer.working():
        await closer.settled()
    assert [(leg.lane, leg.outcome) for leg in closer.request().legs] == [("a", "parked")]
    assert closer.told() == ["request.reopened"]


async def test_the_next_owner_goes_on_where_the_last_one_stood() -> None:
    first, second = Closer(), Closer()
    first.hear(planned(delivery("a"), delivery("b")), said("a", "failed"))
    async with first.working():
        await first.settled()
    second.work.load(list(first.kept().items()))
    second.hear(said("b", "executed"))
    async with second.working():
        await second.settled()
    assert second.request().status == "completed_with_exceptions"


async def test_what_an_older_release_left_open_ends_as_a_replay_ends_it() -> None:
    plan, taken = planned(delivery("a", "grant", vendor="shopify")), said("a", "accepted", at=NOW + 5)
    closer, open_still = Closer(wall=NOW + 40 * DAY), left_open(plan, taken)
    closer.work.load([(KEY.encode(), encode(open_still))])
    async with closer.working():
        await until(lambda: closer.told() == ["request.closed"])
    (rebuilt,) = in_order(folded([plan, taken]).requests)
    assert closer.request() == rebuilt
    assert (rebuilt.status, rebuilt.closed_at) == ("completed", NOW + 5)


def left_open(plan: AuditRecord, taken: AuditRecord) -> Request:
    """As a release kept it that waited for `executed` there."""
    (leg,) = (new := opened(plan)).legs
    return new.changed(legs=(leg.changed(outcome=taken.outcome, at=taken.at),))


def test_only_what_stands_last_in_the_state_is_caught_up_with_so_many_at_once() -> None:
    plan, taken = planned(delivery("a", "grant", vendor="shopify")), said("a", "accepted")
    older, waits = left_open(plan, taken), left_open(plan, said("a", "parked"))
    book, ended = Book(), settled(heard(opened(plan), taken))
    for one in (older, ended, waits.changed(pid="p1.bob"), *(older.changed(pid=f"p1.c{number}") for number in "123")):
        book.load(one.key, encode(one))
    told = []
    for _ in range(3):
        book.catch_up(most=2)
        told.append([fact.pid for fact in book.collect().facts])
    assert told == [["p1.c1", "p1.c2"], ["p1.c3"], []]


async def test_what_was_not_committed_is_not_told() -> None:
    closer = Closer()
    closer.tenure.fails_from = 0
    closer.hear(planned(delivery("a")))
    with pytest.raises(OwnershipLost):
        async with closer.working():
            await until(lambda: bool(closer.work._next))
    assert closer.kept() == {}


async def test_at_the_end_of_the_log_the_wall_clock_tells_what_is_overdue() -> None:
    closer = Closer()
    closer.hear(planned(delivery("a", due_at=NOW + DAY)))
    async with closer.working():
        await closer.settled()
        closer.wall = NOW + 2 * DAY
        closer.work._wake.set()
        await until(lambda: closer.told() == ["request.overdue"] * 2)
        assert closer.work.holds() == {"open": 1, "overdue": 1, "oldest_s": 2 * 86_400, "kept": 1}


async def test_while_it_catches_up_the_log_is_the_clock() -> None:
    """What was done in time must not be called late because the worker was away."""
    closer = Closer(wall=NOW + 100 * DAY)
    closer.tenure.ended = False
    closer.hear(planned(delivery("a", due_at=NOW + DAY), delivery("b", due_at=NOW + 2 * DAY)))
    async with closer.working():
        await closer.settled()
        assert closer.told() == []
        closer.hear(said("a", "executed", at=NOW + DAY - 1), said("b", "executed", at=NOW + 3 * DAY))
        await until(lambda: closer.told() == ["request.overdue", "request.overdue", "request.closed"])
    assert closer.request().legs[0].overdue_at is None
    assert closer.request().legs[1].overdue_at == NOW + 3 * DAY


async def test_a_record_that_nobody_can_read_stops_the_partition() -> None:
    closer = Closer()
    closer.hear(planned(task()), b"\xc3\x01 something newer")
    with pytest.raises(StateUnreadable, match=r"consent.audit\[0\]@1 can't be read"):
        async with closer.working():
            await until(lambda: not closer.work._waiting)


@pytest.mark.parametrize("value", [b"garbage", b""])
async def test_a_request_that_nobody_can_read_stops_it_before_it_begins(value: bytes) -> None:
    closer = Closer()
    closer.work.load([(KEY.encode(), value)])
    with pytest.raises(StateUnreadable, match="holds a record under"):
        async with closer.working():
            pass


async def test_a_later_record_or_a_tombstone_mends_it() -> None:
    closer = Closer()
    closer.work.load([(KEY.encode(), b"garbage"), (KEY.encode(), None)])
    async with closer.working():
        pass
    assert closer.tenure.commits[-1].clean


async def test_many_changes_are_several_transactions() -> None:
    closer = Closer()
    closer.work._pace._due = float("inf")  # as if much had been committed just now
    closer.hear(*(of_another(number) for number in range(2 * MOST_AT_ONCE)))
    async with closer.working():
        await until(lambda: bool(closer.tenure.commits))
        assert len(closer.tenure.commits[0].outs) <= MOST_AT_ONCE
        closer.work._pace._due = 0
        closer.work._wake.set()


def of_another(number: int) -> AuditRecord:
    return planned(task()).changed(event_id=str(number))


async def test_its_duties_are_what_it_should_go_on_with() -> None:
    closer = Closer()
    assert closer.work.duties() == {}
    closer.hear(planned(delivery("a")))
    assert closer.work.duties() == {"read": 0}
    closer.work._read()
    assert closer.work.duties() == {"commit": 0}
