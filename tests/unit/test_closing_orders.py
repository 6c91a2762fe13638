"""More time, no more of it, a task that is done: what operators may decide, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from closing_support import BY, NOW, delivery, planned, request, said, task, told

from processors.closing.orders import cancel, extend, finish
from schemas.errors import InvalidRecord
from schemas.records import Evidence
from schemas.times import DAY

if TYPE_CHECKING:
    from schemas.records import AuditRecord, Leg
    from schemas.request import Request, RequestLeg

PROOF = Evidence(link="https://t.example/7")


def made(*legs: Leg, words: tuple[AuditRecord, ...] = ()) -> Request:
    return request(told(planned(*legs), *words))


def twice(request: Request, leg: RequestLeg) -> int | None:
    """A rule that allows as much again, for what has the rule `r`."""
    due = leg.due_at
    return due + (due - request.received_at) if due is not None and leg.rule == "r" else None


def test_an_extension_puts_off_what_is_open_and_may_be() -> None:
    legs = delivery("a"), delivery("b"), delivery("c", rule="fixed")
    after = extend(made(*legs, words=(said("a", "executed"),)), twice, BY)
    assert [leg.due_at for leg in after.legs] == [NOW + days * DAY for days in (30, 60, 30)]
    assert after.extended == BY


@pytest.mark.parametrize("late", [1, 365 * DAY])
def test_after_the_first_deadline_none_is_given(late: int) -> None:
    by = BY.changed(at=NOW + 30 * DAY + late)
    with pytest.raises(InvalidRecord, match="its first deadline has passed, at 2026-04-01"):
        extend(made(delivery("a"), delivery("b", due_at=NOW + 900 * DAY)), twice, by)


def test_what_was_late_before_an_extension_given_in_time_was_carried_out_is_late_again_only_after_it() -> None:
    book = told(planned(delivery("a"), delivery("b", rule="fixed", due_at=None)))
    book.elapse(NOW + 31 * DAY)
    first = [fact.record_id for fact in book.collect().facts]
    before = request(book)
    book.put(before, extend(before, twice, BY))
    assert book.counts()[1] == 0
    book.elapse(NOW + 60 * DAY)
    assert book.collect().facts == []
    book.elapse(NOW + 61 * DAY)
    again = book.collect().facts
    assert [fact.kind for fact in again] == ["request.overdue"] * 2
    assert {fact.record_id for fact in again}.isdisjoint(first)
    assert book.counts()[1] == 1


def test_a_second_one_is_refused() -> None:
    once = extend(made(delivery("a")), twice, BY)
    with pytest.raises(InvalidRecord, match="it was extended once"):
        extend(once, twice, BY)


def test_where_no_rule_allows_one_none_is_given() -> None:
    with pytest.raises(InvalidRecord, match="allow no extension"):
        extend(made(delivery("a", rule="fixed")), twice, BY)


def test_cancelling_ends_its_tasks_and_leaves_its_deliveries_to_their_lanes() -> None:
    after = cancel(made(delivery("a"), task("b")), BY)
    assert [(leg.outcome, leg.final) for leg in after.legs] == [(None, False), ("cancelled", True)]
    assert after.cancelled == BY


def test_what_the_vendors_know_of_is_not_cancelled() -> None:
    with pytest.raises(InvalidRecord, match="the recipients know of it"):
        cancel(made(delivery("a"), words=(said("a", "accepted"),)), BY)


def test_cancelling_twice_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="it was cancelled before"):
        cancel(cancel(made(delivery("a"), task("b")), BY), BY)


def test_a_task_that_is_done_ends_with_its_proof() -> None:
    before = made(task("a"), task("b"))
    first, second = before.legs
    after = finish(before, [first.leg_id], PROOF, BY)
    assert [(leg.outcome, leg.final, leg.proof) for leg in after.legs] == [
        ("done", True, PROOF),
        (second.outcome, False, None),
    ]


def test_only_open_tasks_can_be_done() -> None:
    before = made(task("a"), delivery("b"))
    done = finish(before, [before.legs[0].leg_id], PROOF, BY)
    for leg in done.legs:
        with pytest.raises(InvalidRecord, match="no open task of it"):
            finish(done, [leg.leg_id], PROOF, BY)


def test_a_closed_request_takes_no_decision() -> None:
    closed = made(delivery("a"), words=(said("a", "executed"),))
    with pytest.raises(InvalidRecord, match="it is closed, as completed"):
        extend(closed, twice, BY)
    with pytest.raises(InvalidRecord, match="it is closed, as completed"):
        cancel(closed, BY)
