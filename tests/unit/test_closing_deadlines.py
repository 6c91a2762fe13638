"""Overdue is told once for each leg and once for the request; what was closed long ago is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closing_support import KEY, NOW, anew, delivery, planned, request, said, task, told

from processors.closing.deadlines import KEPT_FOR, LINGERS
from schemas.times import DAY

if TYPE_CHECKING:
    from processors.closing.book import Book

EARLY, LATE = NOW + 10 * DAY, NOW + 30 * DAY


def overdue(book: Book) -> list[str | None]:
    """The legs that the next transaction tells to be overdue; None: the request itself."""
    facts = [fact for fact in book.collect().facts if fact.kind == "request.overdue"]
    return [fact.legs[0].recipient if fact.legs else None for fact in facts]


def test_each_leg_that_is_not_done_in_time_is_told_once_and_the_request_once() -> None:
    book = told(planned(delivery("a", due_at=EARLY), task("b", due_at=LATE), delivery("c", due_at=LATE)))
    told(said("c", "executed"), book=book)
    assert book.wakes_at() == EARLY + 1
    book.elapse(EARLY)
    assert overdue(book) == []
    book.elapse(EARLY + 1)
    assert overdue(book) == ["a-inc", None]
    book.elapse(LATE + 1)
    assert overdue(book) == ["b"]
    book.elapse(LATE + 365 * DAY)
    assert overdue(book) == []
    assert request(book).overdue_at == EARLY + 1


def test_what_was_only_acknowledged_becomes_overdue() -> None:
    book = told(planned(delivery("a", due_at=EARLY)), said("a", "accepted"))
    book.elapse(EARLY + 1)
    assert overdue(book) == ["a-inc", None]


def test_what_was_done_in_time_does_not() -> None:
    book = told(planned(delivery("a", due_at=EARLY)), said("a", "executed", at=EARLY - 1))
    book.elapse(LATE)
    assert overdue(book) == []


def test_a_leg_that_begins_anew_after_its_deadline_is_overdue_at_once() -> None:
    book = told(planned(delivery("a", due_at=EARLY)), said("a", "failed"))
    book.elapse(EARLY)
    assert overdue(book) == []
    told(anew("a", 1, at=EARLY + 1), book=book)
    book.elapse(EARLY + 1)
    assert overdue(book) == ["a-inc", None]


def test_ids_of_its_facts_differ() -> None:
    book = told(planned(delivery("a", due_at=EARLY), task("b", due_at=EARLY)))
    book.elapse(LATE)
    facts = book.collect().facts
    assert len({fact.record_id for fact in facts}) == len(facts) == 3


def test_a_closed_one_is_forgotten_when_no_lane_can_begin_it_anew_any_more() -> None:
    book = told(planned(delivery("a")), said("a", "failed"))
    book.collect()
    book.elapse(NOW + KEPT_FOR + LINGERS - 1)
    assert KEY in book
    book.elapse(NOW + KEPT_FOR + LINGERS)
    assert KEY not in book
    assert book.collect().requests == {KEY: None}
    assert book.counts() == (0, 0, None)


def test_one_with_something_retained_is_kept_as_a_lifted_hold_begins_it_anew() -> None:
    book = told(planned(delivery("a")), said("a", "retained", reason="legal_hold"))
    book.elapse(NOW + 3650 * DAY)
    assert KEY in book


def test_an_open_one_is_never_forgotten() -> None:
    book = told(planned(delivery("a", due_at=None)))
    book.elapse(NOW + 3650 * DAY)
    assert book.counts() == (1, 0, NOW)


def test_counts_of_a_scrape() -> None:
    book = told(planned(delivery("a", due_at=EARLY)))
    assert book.counts() == (1, 0, NOW)
    book.elapse(LATE)
    assert book.counts() == (1, 1, NOW)
    told(said("a", "executed", at=LATE), book=book)
    assert book.counts() == (0, 0, None)
