"""Identities of earlier events: found again by a deletion, forgotten with the person, never readable in the state."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from routing_support import DESK, EMAIL, SEALS, event, incoming

from processors.routing.identities import MOST
from processors.routing.route import route
from schemas.codec import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.routing.incoming import Routed
    from schemas.events import ConsentEvent
    from schemas.records import Delivery
    from schemas.state import SubjectState

DEVICE = {"type": "ga_client_id", "format": "raw", "value": "1234567.7654321"}
PHONE = {"type": "phone", "format": "raw", "value": "+4366012345678"}


def told(*events: ConsentEvent) -> list[Routed]:
    state: SubjectState | None = None
    all_routed = []
    for one in events:
        routed = route(incoming(one), DESK, lambda _, known=state: known)  # type: ignore[misc]
        state = routed.state or state
        all_routed.append(routed)
    return all_routed


def values(delivery: Delivery) -> list[str]:
    return [one.value for one in SEALS.open_identities(delivery.sealed, delivery.pid, delivery.event_id)]


def by(number: int, kind: str, at: int, *identities: dict[str, str], **more: Any) -> ConsentEvent:
    return event(number, kind, at, None if kind == "delete" else ["surveys"], identities=identities, **more)


def known(state: SubjectState | None) -> set[tuple[str, bool, int]]:
    assert state is not None
    return {(one.digest, one.imported, one.occurred_at) for one in state.identities}


def test_a_deletion_by_email_reaches_the_device_that_an_earlier_event_named() -> None:
    *_, last = told(by(1, "grant", 0, DEVICE), by(2, "withdraw", 1, EMAIL, PHONE), by(3, "delete", 2, EMAIL))
    found = {delivery.lane: values(delivery) for delivery in last.deliveries}
    assert set(found) == {"zoho-crm", "zoho-campaigns", "google-analytics"}
    for each in found.values():
        assert each[0] == EMAIL["value"], "the event's own first"
        assert set(each) == {EMAIL["value"], DEVICE["value"], PHONE["value"]}
        assert len(each) == 3, "none twice"


def test_a_choice_goes_out_with_its_own_identities_alone() -> None:
    *_, last = told(by(1, "grant", 0, DEVICE), by(2, "withdraw", 1, EMAIL))
    assert {tuple(values(delivery)) for delivery in last.deliveries} == {(EMAIL["value"],)}


@pytest.mark.parametrize("kind", ["withdraw", "objection.raised"])
def test_one_that_protects_and_names_nobody_goes_out_with_what_earlier_ones_named(kind: str) -> None:
    *_, last = told(by(1, "grant", 0, DEVICE), by(2, "grant", 1, EMAIL), event(3, kind, 2))
    assert {frozenset(values(delivery)) for delivery in last.deliveries} == {
        frozenset((EMAIL["value"], DEVICE["value"]))
    }
    assert last.audit[0].event is not None
    assert last.audit[0].event.named is None, "it has named nobody"
    assert len(known(last.state)) == 2


def test_a_grant_that_names_nobody_finds_nobody() -> None:
    *_, last = told(by(1, "grant", 0, EMAIL), by(2, "grant", 1))
    assert {delivery.sealed for delivery in last.deliveries} == {None}


def test_they_are_forgotten_with_the_person_and_hashes_are_left() -> None:
    *_, last = told(by(1, "grant", 0, DEVICE), by(2, "delete", 2, EMAIL))
    assert last.state is not None
    assert last.state.identities == ()
    assert len(last.state.suppressed) == 2
    *_, again = told(by(1, "grant", 0, DEVICE), by(2, "delete", 2, EMAIL), by(3, "delete", 3, PHONE))
    assert {tuple(values(delivery)) for delivery in again.deliveries} == {(PHONE["value"],)}


@pytest.mark.parametrize("at", [0, 4, 5])
def test_an_older_deletion_reaches_whom_no_erasure_has_named_and_that_once(at: int) -> None:
    _, older, same, first = told(
        by(1, "delete", 5, EMAIL), by(2, "delete", at, PHONE), by(3, "delete", at, PHONE), by(4, "delete", at, EMAIL)
    )
    assert {tuple(values(delivery)) for delivery in older.deliveries} == {(PHONE["value"],)}
    assert older.state is not None
    assert older.state.erased_at == by(1, "delete", 5).occurred_at, "the newest counts"
    for one in (same, first):
        assert (one.verdict, one.audit[0].reason) == ("stale", "already_erased")


def test_an_older_deletion_takes_nothing_of_what_was_chosen_since() -> None:
    *_, last = told(by(1, "delete", 5, EMAIL), by(2, "grant", 6, EMAIL), by(3, "delete", 4, PHONE))
    granted = by(2, "grant", 6)
    assert last.state is not None
    assert [one.event_id for one in last.state.choices] == [granted.event_id]
    assert [one.event_id for one in last.state.identities] == [granted.event_id]
    sent = [(one.lane, one.action) for one in last.deliveries]
    assert sent.index(("zoho-campaigns", "delete")) < sent.index(("zoho-campaigns", "grant"))


@pytest.mark.parametrize("earlier", [(), (by(1, "delete", 5, DEVICE),)], ids=["first erasure", "behind another"])
def test_what_was_granted_since_is_sent_again_to_whom_it_named_and_nobody_else(
    earlier: tuple[ConsentEvent, ...],
) -> None:
    *_, last = told(*earlier, by(2, "grant", 6, EMAIL), by(3, "delete", 4, PHONE))
    named: dict[str, set[str]] = {}
    for delivery in last.deliveries:
        named.setdefault(delivery.action, set()).update(values(delivery))
        assert len(delivery.names) == len(values(delivery))
    assert named["grant"] == {EMAIL["value"]}, "not to the number that is to be erased"
    assert named["delete"] == ({PHONE["value"]} if earlier else {PHONE["value"], EMAIL["value"]})


def test_no_identity_is_readable_in_the_state() -> None:
    *_, last = told(by(1, "grant", 0, DEVICE), by(2, "withdraw", 1, EMAIL))
    assert last.state is not None
    for one in (EMAIL, DEVICE):
        assert one["value"].encode() not in encode(last.state)


def test_the_same_identities_stand_there_once_and_the_newest_sets_are_kept() -> None:
    *_, last = told(*(by(number, "grant", number, EMAIL) for number in range(1, 5)))
    assert len(known(last.state)) == 1
    many = [by(n, "grant", n, {**DEVICE, "value": f"device-{n}"}) for n in range(1, MOST + 6)]
    *_, last = told(*many)
    assert last.state is not None
    assert len(last.state.identities) == MOST
    assert last.state.identities[-1].event_id == many[-1].event_id


def _orders(events: Iterable[ConsentEvent]) -> list[set[tuple[str, bool, int]]]:
    return [known(told(*order)[-1].state) for order in permutations(events)]


def test_whatever_the_order_the_same_is_known_in_the_end() -> None:
    events = [
        by(1, "grant", 0, DEVICE),
        by(2, "grant", 9, EMAIL),
        by(3, "delete", 5, PHONE),
        by(4, "grant", 8, PHONE, method="import"),
        by(5, "withdraw", 3, EMAIL),
    ]
    first, *others = _orders(events)
    assert len(first) == 1, "what came after the deletion, and no import"
    assert all(other == first for other in others)


def test_what_a_hold_kept_is_later_erased_by_all_that_was_known() -> None:
    hold = event(1, "hold.placed", 0, ["rights-defence"])
    grant, wish = by(2, "grant", 1, DEVICE), by(3, "delete", 2, EMAIL)
    lift = event(4, "hold.lifted", 9, supersedes=hold.event_id)
    *_, last = told(hold, grant, wish, lift)
    (again,) = [delivery for delivery in last.deliveries if delivery.action == "delete"]
    assert (again.event_id, again.cycle, again.lane) == (wish.event_id, 1, "zoho-crm")
    assert values(again) == [EMAIL["value"], DEVICE["value"]]
    (cycle,) = [record for record in last.audit if record.kind == "cycle"]
    assert (cycle.event_id, cycle.delivery_id, cycle.reason) == (wish.event_id, again.delivery_id, "hold_lifted")


def test_what_is_granted_again_behind_it_is_not_granted_to_whom_that_erases() -> None:
    hold = event(1, "hold.placed", 0)
    lift = event(4, "hold.lifted", 9, supersedes=hold.event_id)
    *_, last = told(hold, by(2, "delete", 1, EMAIL), by(3, "grant", 2, PHONE), lift)
    found = [(one.action, values(one)) for one in last.deliveries if one.lane == "zoho-campaigns"]
    assert found == [("delete", [EMAIL["value"]]), ("grant", [PHONE["value"]])]


def test_what_is_kept_of_them_is_bounded_in_bytes() -> None:
    long = [
        by(n, "grant", n, *[{**DEVICE, "value": f"{n}-{m}" + "x" * 1000} for m in range(20)]) for n in range(1, 5)
    ]
    *_, last = told(*long)
    assert last.state is not None
    assert [one.event_id for one in last.state.identities] == [long[-1].event_id]


def test_the_audit_tells_by_a_keyed_digest_which_identities_an_event_named() -> None:
    first, last = told(by(1, "grant", 0, EMAIL), by(2, "grant", 1, EMAIL))
    assert first.state is not None
    (kept,) = first.state.identities
    facts = [routed.audit[0].event for routed in (first, last)]
    assert [one.named.digest for one in facts if one and one.named] == [kept.digest] * 2
    assert facts[0] is not None
    assert facts[0].named is not None
    assert facts[0].named.size == len(kept.sealed.bytes)
    assert EMAIL["value"].encode() not in encode(first.audit[0])
    (nobody,) = told(by(3, "grant", 2))
    assert nobody.audit[0].event is not None
    assert nobody.audit[0].event.named is None
