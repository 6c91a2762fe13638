"""A request whose leg nobody was connected for, when a backfill brings it to a new lane."""

from __future__ import annotations

import pytest
from closing_support import (
    KEY,
    NOW,
    anew,
    brought,
    closed_leg,
    delivery,
    kinds,
    planned,
    record,
    request,
    said,
    told,
)  # fmt: skip
from replaying_support import folded, lines

from processors.closing.deadlines import KEPT_FOR, LINGERS
from schemas.codec import encode
from schemas.times import DAY, SECOND
from streams.replaying.live import Live, _differences
from streams.replaying.part import Part


def test_what_nobody_was_connected_for_is_done_by_the_lane_that_a_backfill_brings_it_to() -> None:
    open_ones = [
        closed_leg("unbound_recipient", None, "delete").changed(kind="task", recipient=recipient)
        for recipient in ("stripe", "paypal")
    ]
    book = told(planned(*open_ones, delivery("b", "delete")), said("b", "executed"))
    assert request(book).is_open
    leg = delivery("a", "delete", recipient="stripe+paypal")
    brought = anew("a", 0, reason="backfill").changed(legs=(leg,))
    told(brought, brought, book=book)
    assert [one.recipient for one in request(book).legs] == ["stripe+paypal", "b-inc"]
    told(said("a", "executed"), book=book)
    assert request(book).status == "completed"


def test_an_erasure_that_a_backfill_finds_nobody_for_ends_as_failed() -> None:
    book = told(planned(delivery("b", "delete")), said("b", "executed"))
    assert request(book).status == "completed"
    leg = closed_leg("failed", "missing_identity", "delete").changed(delivery_id="a", lane="a")
    told(anew("a", 0, reason="backfill").changed(legs=(leg,)), book=book)
    *_, last = request(book).legs
    assert (last.outcome, last.reason, last.final) == ("failed", "missing_identity", True)
    assert request(book).status == "completed_with_exceptions"


def test_a_request_that_was_forgotten_is_opened_with_what_a_backfill_brings_and_followed() -> None:
    late = NOW + 400 * DAY
    book = told(planned(delivery("b")), said("b", "executed"))
    (first,) = book.collect().facts
    book.elapse(late)
    assert KEY not in book
    told(brought(delivery("a", due_at=late + DAY), late), brought(delivery("c"), late), book=book)
    assert [one.lane for one in request(book).legs] == ["a", "c"]
    told(said("c", "executed", at=late), book=book)
    book.elapse(late + DAY + 1)
    assert kinds(book) == ["request.reopened", "request.overdue", "request.overdue"]
    told(said("a", "executed", at=late + 2 * DAY), book=book)
    (last,) = book.collect().facts
    assert (last.kind, last.outcome) == ("request.closed", "completed")
    assert last.record_id != first.record_id


def test_what_a_backfill_brings_of_a_request_that_nobody_can_do_is_said_at_once() -> None:
    leg = closed_leg("failed", "missing_identity", "delete").changed(delivery_id="a", lane="a")
    book = told(brought(leg))
    assert request(book).status == "completed_with_exceptions"
    assert kinds(book) == ["request.closed"]


@pytest.mark.parametrize(("more", "legs"), [(-1, ["b", "a"]), (0, ["a"]), (LINGERS - 1, ["a"]), (LINGERS, ["a"])])
@pytest.mark.parametrize("clock", [-60 * SECOND, 0, 60 * SECOND])
def test_the_audit_alone_tells_what_was_forgotten_then(more: int, legs: list[str], clock: int) -> None:
    """clock: by how much the closer's is ahead."""
    at = NOW + KEPT_FOR + more
    log = [planned(delivery("b")), said("b", "executed"), brought(delivery("a"), at), said("a", "parked", at=at)]
    book = told(*log[:2])
    book.elapse(at + clock)
    told(*log[2:], book=book)
    assert [one.lane for one in request(book).legs] == legs
    fold = folded([*log, *(one for one in book.collect().facts if one.kind == "request.reopened")])
    live = Live({}, {KEY: encode(request(book))}, 0, {})
    assert [one for one in _differences(Part(0, 9), live, fold, set()) if one.what == "request"] == []
    assert [one.lane for one in (fold.requests.get(KEY) or request(book)).legs] == ["b", "a"], (
        "replay forgets nothing"
    )
    assert len(lines(fold)["deliveries"]) == 2


def test_it_is_followed_again_in_a_rebuild_that_goes_on() -> None:
    late = NOW + 400 * DAY
    log = [planned(delivery("b")), said("b", "executed"), brought(delivery("a"), late)]
    log += [record("request.overdue", at=late + 1), said("a", "executed", at=late + 2)]
    log += [brought(delivery("c"), 2 * late), said("c", "failed", at=2 * late)]
    rebuilt = folded(log).again.get(KEY)
    assert rebuilt
    assert [(one.lane, one.outcome) for one in rebuilt.legs] == [("c", "failed")]
    assert (rebuilt.status, rebuilt.overdue_at, rebuilt.closings) == ("completed_with_exceptions", None, 1)
    assert [one.outcome for one in (folded(log[:-2]).again.get(KEY) or rebuilt).legs] == ["executed"]


def test_what_an_older_release_has_brought_without_its_event_stays_unknown() -> None:
    book = told(anew("a", 0, reason="backfill").changed(legs=(delivery("a"),)))
    assert KEY not in book
