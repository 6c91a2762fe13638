"""A request whose leg nobody was connected for, when a backfill brings it to a new lane."""

from __future__ import annotations

from closing_support import anew, closed_leg, delivery, planned, request, said, told


def test_what_nobody_was_connected_for_is_done_by_the_lane_that_a_backfill_brings_it_to() -> None:
    open_ones = [
        closed_leg("unbound_recipient", None, "delete").model_copy(update={"kind": "task", "recipient": recipient})
        for recipient in ("stripe", "paypal")
    ]
    book = told(planned(*open_ones, delivery("b", "delete")), said("b", "executed"))
    assert request(book).is_open
    leg = delivery("a", "delete", recipient="stripe+paypal")
    brought = anew("a", 0, reason="backfill").model_copy(update={"legs": (leg,)})
    told(brought, brought, book=book)
    assert [one.recipient for one in request(book).legs] == ["stripe+paypal", "b-inc"]
    told(said("a", "executed"), book=book)
    assert request(book).status == "completed"


def test_an_erasure_that_a_backfill_finds_nobody_for_ends_as_failed() -> None:
    book = told(planned(delivery("b", "delete")), said("b", "executed"))
    assert request(book).status == "completed"
    leg = closed_leg("failed", "missing_identity", "delete").model_copy(update={"delivery_id": "a", "lane": "a"})
    told(anew("a", 0, reason="backfill").model_copy(update={"legs": (leg,)}), book=book)
    *_, last = request(book).legs
    assert (last.outcome, last.reason, last.final) == ("failed", "missing_identity", True)
    assert request(book).status == "completed_with_exceptions"
