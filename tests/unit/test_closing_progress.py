"""Which word of a delivery stands, and when a request is closed and open again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from closing_support import KEY, NOW, anew, closed_leg, delivery, kinds, planned, record, request, said, task, told

from processors.closing.deadlines import KEPT_FOR, LINGERS
from processors.closing.ending import exceptions
from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE
from schemas.times import DAY

if TYPE_CHECKING:
    from schemas.records import Leg

YEARS = NOW + 4000 * DAY


def ends(*legs: Leg, **words: str) -> tuple[str, list[tuple[str | None, str | None]]]:
    """Status and exceptions of a request whose deliveries end so."""
    made = request(told(planned(*legs), *(said(lane, word) for lane, word in words.items())))
    return made.status, [(leg.recipient, leg.outcome) for leg in exceptions(made)]


def test_a_request_is_open_until_its_last_leg_has_ended() -> None:
    book = told(planned(delivery("a"), delivery("b")), said("a", "executed"), said("b", "parked"))
    assert request(book).is_open
    assert kinds(book) == []
    told(said("b", "executed", at=NOW + 5), book=book)
    assert (request(book).status, request(book).closed_at) == ("completed", NOW + 5)
    assert kinds(book) == ["request.closed"]


def test_one_that_asks_nothing_of_anybody_is_closed_at_once() -> None:
    book = told(planned(closed_leg("not_applicable", "region")))
    assert request(book).status == "completed"
    assert kinds(book) == ["request.closed"]


@pytest.mark.parametrize("word", ["retained", "terminated_product", "failed", "cancelled"])
def test_what_was_not_done_is_named(word: str) -> None:
    expected = "completed_with_exceptions", [("a-inc", word)]
    assert ends(delivery("a"), delivery("b"), a=word, b="executed") == expected


def test_what_a_vendor_must_keep_says_when_it_is_looked_at_again() -> None:
    book = told(planned(delivery("a", "delete")))
    told(record("outcome", delivery_id="a", lane="a", outcome="retained", cycle=0, review_at=NOW + 9), book=book)
    assert [(leg.outcome, leg.review_at) for leg in request(book).legs] == [("retained", NOW + 9)]


def test_it_begins_anew_then_with_a_time_of_its_own() -> None:
    book = told(planned(delivery("a", "delete", mark="law")))
    told(record("outcome", delivery_id="a", lane="a", outcome="retained", cycle=0, review_at=YEARS), book=book)
    assert request(book).status == "completed_with_exceptions"
    assert book.wakes_at() is None, "or it would be forgotten before"
    told(anew("a", 1, at=YEARS, reason="review_date"), book=book)
    (leg,) = request(book).legs
    assert (leg.cycle, leg.outcome, leg.review_at, leg.mark) == (1, None, None, None)
    assert (leg.due_at, leg.rule) == (YEARS + INTERNAL_LIMIT, INTERNAL_RULE)
    told(said("a", "executed", cycle=1, at=YEARS + 9), book=book)
    assert (request(book).status, kinds(book)) == (
        "completed", ["request.closed", "request.reopened", "request.closed"]
    )  # fmt: skip
    assert book.wakes_at() == YEARS + 9 + KEPT_FOR + LINGERS


@pytest.mark.parametrize("word", ["executed", "verified", "no_match", "superseded", "client_signal"])
def test_what_was_done_is_no_exception(word: str) -> None:
    assert ends(delivery("a"), a=word) == ("completed", [])


@pytest.mark.parametrize(
    ("outcome", "reason"), [("not_applicable", "basis"), ("client_signal", None), ("no_api", None)]
)
def test_a_deletion_names_everybody_who_may_still_have_the_data(outcome: str, reason: str | None) -> None:
    legs = delivery("a", "delete"), closed_leg(outcome, reason, "delete")
    assert ends(*legs, a="executed") == ("completed_with_exceptions", [("stripe", outcome)])


def test_a_withdrawal_leaves_alone_what_rests_on_another_ground() -> None:
    assert ends(delivery("a"), closed_leg("not_applicable", "basis"), a="executed") == ("completed", [])


def test_a_word_that_nobody_knows_is_an_exception_where_planning_says_it() -> None:
    assert ends(closed_leg("public", None)) == ("completed_with_exceptions", [("stripe", "public")])


@pytest.mark.parametrize(
    "word", ["attempted", "accepted", "held", "waiting", "dry_run", "manual_task", "yet_unknown"]
)
def test_what_waits_keeps_it_open(word: str) -> None:
    assert ends(delivery("a"), a=word)[0] == "open"


def test_accepted_ends_where_the_vendor_can_say_no_more() -> None:
    leg = delivery("a", "grant", vendor="zoho_campaigns")
    assert ends(leg, a="accepted") == ("completed", [])


def test_a_recipient_that_nobody_is_bound_to_keeps_it_open() -> None:
    assert ends(delivery("a"), task(), a="executed")[0] == "open"


def test_the_first_final_word_of_a_cycle_stands() -> None:
    book = told(planned(delivery("a")), said("a", "superseded"), said("a", "executed"))
    (leg,) = request(book).legs
    assert (leg.outcome, leg.conflict) == ("superseded", "executed")
    batch = book.collect()
    assert [fact.kind for fact in batch.facts] == ["request.closed"]
    assert batch.alarms == [("outcome_conflict", KEY)]


@pytest.mark.parametrize("word", ["executed", "accepted", "no_match", "attempted"])
def test_what_says_the_same_again_is_no_conflict(word: str) -> None:
    book = told(planned(delivery("a")), said("a", "executed"), said("a", word, at=NOW + 1))
    (leg,) = request(book).legs
    assert (leg.outcome, leg.conflict, leg.at) == ("executed", None, NOW)


def test_a_new_cycle_ends_a_conflict_without_another_alarm() -> None:
    book = told(planned(delivery("a")), said("a", "superseded"), said("a", "executed"))
    book.collect()
    told(anew("a", 1), book=book)
    assert request(book).legs[0].conflict is None
    assert book.collect().alarms == []


def test_a_higher_rung_raises_the_first_one() -> None:
    book = told(planned(delivery("a")), said("a", "executed"), said("a", "verified", at=NOW + 9))
    (leg,) = request(book).legs
    assert (leg.outcome, leg.conflict, leg.at) == ("verified", None, NOW)
    assert kinds(book) == ["request.closed"]


def test_a_new_cycle_opens_it_again_and_the_old_one_counts_no_more() -> None:
    book = told(planned(delivery("a")), said("a", "failed"), anew("a", 1))
    assert request(book).is_open
    assert request(book).closed_at is None
    told(said("a", "executed"), anew("a", 1), book=book)  # of the cycle before, and once more
    assert request(book).is_open
    told(said("a", "executed", cycle=1), book=book)
    assert request(book).status == "completed"
    assert kinds(book) == ["request.closed", "request.reopened", "request.closed"]


def test_a_cycle_that_is_told_once_more_opens_nothing() -> None:
    book = told(planned(delivery("a")), said("a", "failed"), anew("a", 1), said("a", "executed", cycle=1))
    book.collect()
    told(anew("a", 1), book=book)
    assert not book.changed


def test_facts_of_one_request_have_ids_of_their_own() -> None:
    words = said("a", "failed"), anew("a", 1), said("a", "failed", cycle=1), anew("a", 2)
    facts = told(planned(delivery("a")), *words).collect().facts
    assert len({fact.record_id for fact in facts}) == len(facts) == 4
    assert [fact.outcome for fact in facts] == ["completed_with_exceptions", None] * 2


def test_what_is_not_of_this_request_changes_nothing() -> None:
    book = told(planned(delivery("a")))
    book.collect()
    told(said("other", "executed"), planned(delivery("b")), book=book)
    assert not book.changed
