"""A lifted hold in a request: what it had kept back is due after all, in its place, with a lane or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from closing_support import BY, NOW, anew, closed_leg, delivery, kinds, planned, record, request, said, task, told

from processors.closing import facts
from processors.closing.ending import exceptions
from processors.closing.orders import finish
from schemas.records import Command, Evidence

if TYPE_CHECKING:
    from schemas.records import AuditRecord, Leg


def kept(recipient: str, delivery_id: str | None = None) -> Leg:
    leg = closed_leg("retained", "legal_hold", "delete")
    return leg.changed(recipient=recipient, delivery_id=delivery_id)


def lifted(leg: Leg) -> AuditRecord:
    return record("cycle", delivery_id=leg.delivery_id, lane=leg.lane, cycle=1, reason="hold_lifted", legs=(leg,))


def by_hand(recipient: str) -> Leg:
    return task(recipient, action="delete")


@pytest.mark.parametrize("delivery_id", [None, "a"])
def test_what_a_hold_kept_is_a_delivery_when_the_hold_is_lifted(delivery_id: str | None) -> None:
    """Whether there was a connection for it already when it was kept, or not."""
    kept = closed_leg("retained", "legal_hold", "delete").changed(delivery_id=delivery_id)
    book = told(planned(kept, delivery("b", "delete")), said("b", "executed"))
    assert request(book).status == "completed_with_exceptions"
    leg = delivery("a", "delete", recipient="stripe")
    lifted = anew("a", 1, reason="hold_lifted").changed(legs=(leg,))
    told(lifted, lifted, book=book)
    first, second = request(book).legs
    assert (first.recipient, first.kind, first.final, first.due_at) == ("stripe", "delivery", False, leg.due_at)
    assert (second.recipient, second.final) == ("b-inc", True)
    told(said("a", "executed", cycle=1), book=book)
    assert request(book).status == "completed"
    assert kinds(book) == ["request.closed", "request.reopened", "request.closed"]


def test_what_was_kept_without_a_connection_is_an_open_task_and_closed_by_hand() -> None:
    book = told(planned(delivery("b", "delete"), kept("surveys-inc")), said("b", "executed"))
    assert request(book).status == "completed_with_exceptions"
    begun = lifted(by_hand("surveys-inc"))
    told(begun, begun, book=book)
    _, leg = request(book).legs
    assert (leg.kind, leg.outcome, leg.final, leg.cycle) == ("task", "unbound_recipient", False, 1)
    assert (leg.recipient, leg.reason) == ("surveys-inc", "hold_lifted")
    assert (leg.due_at or 0) > NOW
    facts = book.collect().facts
    assert [fact.kind for fact in facts] == ["request.closed", "request.reopened"]
    assert facts[-1].legs
    assert facts[-1].legs[0].recipient == "surveys-inc"


def test_that_a_task_was_done_is_said_of_its_cycle() -> None:
    begun = request(told(planned(kept("surveys-inc")), lifted(by_hand("surveys-inc"))))
    proof = Evidence(link="https://t.example/7")
    after = finish(begun, [begun.legs[0].leg_id], proof, BY)
    order = Command(command_id="c-1", name="closer.done", lane=None, args={}, by="eva", reason="sent", at=NOW)
    assert facts.done(after, after.legs[0], proof, order).cycle == 1


def test_each_task_that_begins_anew_has_an_id_of_its_own() -> None:
    legs = task("other-inc"), kept("a-inc"), kept("b-inc")
    book = told(planned(*legs), lifted(by_hand("a-inc")), lifted(by_hand("b-inc")))
    assert [leg.recipient for leg in request(book).pending] == ["other-inc", "a-inc", "b-inc"]
    assert len({leg.leg_id for leg in request(book).legs}) == len(legs)


def test_one_connection_for_all_that_was_kept_takes_the_place_of_all() -> None:
    book = told(planned(kept("a-inc"), kept("b-inc")), lifted(delivery("x", "delete", recipient="a-inc+b-inc")))
    (leg,) = request(book).legs
    assert (leg.recipient, leg.leg_id) == ("a-inc+b-inc", "x")
    told(said("x", "executed", cycle=1), book=book)
    assert request(book).status == "completed"


def test_several_connections_for_what_one_had_are_legs_of_their_own() -> None:
    book = told(planned(kept("a-inc+b-inc", "x")), lifted(delivery("y", "delete", recipient="a-inc")))
    begun, rest = request(book).legs
    assert (begun.recipient, begun.final) == ("a-inc", False)
    assert (rest.recipient, rest.outcome) == ("b-inc", "retained"), "another hold keeps it"
    told(said("y", "executed", cycle=1), book=book)
    assert exceptions(request(book)) == (rest,)
    told(lifted(delivery("x", "delete", recipient="b-inc")), said("x", "executed", cycle=1), book=book)
    assert [leg.leg_id for leg in request(book).legs] == ["y", "x"]
    assert kinds(book) == ["request.closed", *["request.reopened", "request.closed"] * 2]


def test_a_second_connection_of_the_same_recipient_is_one_more_leg() -> None:
    book = told(planned(kept("a-inc", "x")))
    told(*(lifted(delivery(lane, "delete", recipient="a-inc")) for lane in "xy"), book=book)
    assert [leg.leg_id for leg in request(book).pending] == ["x", "y"]


def test_a_product_that_has_ended_meanwhile_opens_nothing() -> None:
    gone = closed_leg("terminated_product", None, "delete")
    book = told(planned(kept("stripe")), lifted(gone))
    assert [leg.outcome for leg in exceptions(request(book))] == ["terminated_product"]
    assert kinds(book) == ["request.closed"]


def test_what_stays_in_backups_is_none_of_a_holds() -> None:
    backup = closed_leg("retained", "backup", "delete")
    book = told(planned(backup), lifted(by_hand("stripe")))
    assert [leg.outcome for leg in request(book).legs] == ["retained", "unbound_recipient"]
