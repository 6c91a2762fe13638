"""One good record: planned, forwarded, repeated; what is written because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.partitioner import murmur2 as library_murmur2
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st
from plan_support import CAMPAIGNS, CRM, LANES, ids
from routing_support import AWAY, DESK, EMAIL, HOME, MINUTE, NOW, PARTITIONS, PEPPER, SEALS, event, incoming

from processors.routing.murmur2 import murmur2
from processors.routing.route import route
from schemas.codec import encode
from schemas.drafts import Series
from schemas.events import ConsentEvent, Identity
from schemas.ids import content_hash, origin_record_id, pid
from schemas.kept import as_dict, fields_of
from schemas.origin import Origin
from schemas.records import EventFacts
from schemas.version import SOFTWARE
from streams.topics import EVENTS

if TYPE_CHECKING:
    from processors.routing.incoming import Routed
    from schemas.state import SubjectState

PERSON = pid(PEPPER, "oomnis", "c-1001")
WITHDRAWAL = event(1, "withdraw", 0, ["surveys", "marketing-campaigns"], identities=[EMAIL], jurisdiction="EEA")


def nobody(_: str) -> SubjectState | None:
    return None


def one(value: ConsentEvent | bytes | None, state: SubjectState | None = None, **changes: Any) -> Routed:
    return route(incoming(value, **changes), DESK, lambda wanted: state if wanted == PERSON else None)


def test_an_event_leads_to_one_planned_record_its_deliveries_and_the_new_state() -> None:
    routed = one(WITHDRAWAL)
    assert routed.verdict == "planned"
    (planned,) = routed.audit
    assert planned.record_id == origin_record_id("planned", Origin(topic=EVENTS, partition=HOME, offset=7))
    assert (planned.kind, planned.at, planned.pid, planned.controller) == ("planned", NOW, PERSON, "oomnis")
    assert (planned.event_id, planned.software) == (WITHDRAWAL.event_id, SOFTWARE)
    assert planned.policy is not None
    assert planned.policy.id == "oomnis"
    assert {delivery.lane for delivery in routed.deliveries} == {"zoho-campaigns", "google-analytics"}
    assert routed.state is not None
    assert [seen.event_id for seen in routed.state.recent] == list(ids(1))
    assert (routed.dead_letter, routed.home, routed.alarms) == (None, None, ())


def test_the_planned_record_holds_the_events_facts_and_nothing_that_names_the_person() -> None:
    (planned,) = one(WITHDRAWAL).audit
    facts = planned.event
    assert facts is not None
    assert facts.kind == "consent.withdrawn"
    assert facts.purposes == WITHDRAWAL.purposes
    assert facts.jurisdiction == "EEA"
    assert (facts.occurred_at, facts.received_at) == (WITHDRAWAL.occurred_at, NOW)
    assert facts.content_hash == content_hash(PEPPER, WITHDRAWAL)
    assert {"subject_id", "identities", "sealed", "event_id", "controller"}.isdisjoint(as_dict(facts))
    left_out = {"event_id", "controller", "subject_id", "identities", "sealed", "policy_id", "policy_version"}
    assert set(ConsentEvent.model_fields) - set(fields_of(EventFacts)) == left_out


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_deliveries_are_the_legs_that_have_a_lane(action: str) -> None:
    asked = event(1, action, 0, None, identities=[EMAIL])
    routed = one(asked)
    (planned,) = routed.audit
    assert planned.legs is not None
    legs = {leg.delivery_id: leg for leg in planned.legs if leg.kind == "delivery"}
    assert set(legs) == {delivery.delivery_id for delivery in routed.deliveries}
    assert len(legs) == len(routed.deliveries) > 0
    for delivery in routed.deliveries:
        leg = legs[delivery.delivery_id]
        for name in ("lane", "action", "purposes", "channels", "all_purposes", "overtaken", "due_at", "rule"):
            assert getattr(delivery, name) == getattr(leg, name)
        assert (delivery.event_id, delivery.pid, delivery.controller) == (asked.event_id, PERSON, "oomnis")
        assert (delivery.occurred_at, delivery.received_at) == (asked.occurred_at, NOW)
        assert (delivery.cycle, delivery.origin, delivery.policy) == (0, planned.origin, planned.policy)


def test_identities_travel_only_sealed() -> None:
    routed = one(WITHDRAWAL)
    for delivery in routed.deliveries:
        opened = SEALS.open_identities(delivery.sealed, PERSON, WITHDRAWAL.event_id)
        assert opened == (Identity.model_validate(EMAIL),)
    written = b"".join(map(encode, (*routed.audit, *routed.deliveries, routed.state)))  # type: ignore[arg-type]
    assert b"jane" not in written
    assert b"c-1001" not in written


def test_an_event_without_identities_has_deliveries_without_any() -> None:
    routed = one(event(1, "withdraw", 0, ["surveys"]))
    assert routed.deliveries
    assert {delivery.sealed for delivery in routed.deliveries} == {None}


def test_what_the_publisher_sealed_is_passed_on_as_it_is() -> None:
    sealed = SEALS.seal_identities([Identity.model_validate(EMAIL)], PERSON, ids(1)[0])
    routed = one(event(1, "delete", sealed=sealed))
    assert routed.verdict == "planned"
    assert {delivery.sealed for delivery in routed.deliveries} == {sealed}


def test_a_repeat_changes_nothing_and_is_recorded() -> None:
    first = one(WITHDRAWAL)
    later = Origin(topic=EVENTS, partition=HOME, offset=8)
    again = one(WITHDRAWAL.model_copy(update={"received_at": NOW - MINUTE}), first.state, origin=later)
    assert again.verdict == "duplicate"
    assert (again.deliveries, again.state, again.dead_letter) == (Series(), None, None)
    (record,) = again.audit
    assert (record.kind, record.legs) == ("duplicate", None)
    assert record.record_id == origin_record_id("duplicate", later)
    assert record.event is not None


def test_a_stale_event_says_why_and_is_remembered() -> None:
    newer = one(event(2, "withdraw", 5, ["surveys"]))
    routed = one(event(1, "grant", 0, ["surveys"]), newer.state)
    assert routed.verdict == "stale"
    assert routed.deliveries == Series()
    (record,) = routed.audit
    assert (record.kind, record.reason, record.legs) == ("stale", "overtaken_by_newer", None)
    assert routed.state is not None
    assert [seen.event_id for seen in routed.state.recent] == list(ids(2, 1))


@pytest.mark.parametrize("occurred_at", [-(2**63), 0, NOW + 6 * MINUTE, 2**63 - 1])
def test_an_absurd_time_never_loses_a_protective_event(occurred_at: int) -> None:
    routed = one(WITHDRAWAL.model_copy(update={"occurred_at": occurred_at}))
    assert routed.verdict == "planned"
    planned, corrected = routed.audit
    assert planned.event is not None
    assert planned.event.occurred_at == NOW
    assert (corrected.kind, corrected.field) == ("clock_corrected", "occurred_at")
    assert corrected.record_id != planned.record_id
    assert corrected.reason
    assert {delivery.occurred_at for delivery in routed.deliveries} == {NOW}


def test_both_times_may_be_wrong() -> None:
    routed = one(WITHDRAWAL.model_copy(update={"occurred_at": 0, "received_at": NOW + 1}))
    assert routed.audit[1].field == "received_at,occurred_at"
    assert {delivery.received_at for delivery in routed.deliveries} == {NOW}


@pytest.mark.parametrize("key", [b"c-1001", b"something else", None, b"\xff"])
def test_an_event_elsewhere_is_forwarded_home_whatever_its_key(key: bytes | None) -> None:
    place = Origin(topic=EVENTS, partition=AWAY, offset=3)
    routed = route(incoming(WITHDRAWAL, origin=place, key=key), DESK, nobody)
    assert (routed.verdict, routed.home, routed.key) == ("forwarded", HOME, b"c-1001")
    assert (routed.deliveries, routed.state, routed.dead_letter) == (Series(), None, None)
    (record,) = routed.audit
    assert (record.kind, record.pid, record.origin) == ("forwarded", PERSON, place)
    assert (record.event_id, record.controller) == (WITHDRAWAL.event_id, "oomnis")
    assert b"c-1001" not in encode(record)


@pytest.mark.parametrize("key", [b"something else", None])
def test_a_foreign_key_at_home_changes_nothing(key: bytes | None) -> None:
    assert one(WITHDRAWAL, key=key).verdict == "planned"


def test_a_forwarded_event_keeps_its_first_time_and_place() -> None:
    place = Origin(topic=EVENTS, partition=AWAY, offset=3)
    first_time = NOW - MINUTE
    routed = one(WITHDRAWAL, origin=place, log_time=first_time, forwarded=True, partition=HOME)
    assert routed.verdict == "planned"
    (planned,) = routed.audit
    assert (planned.origin, planned.at) == (place, first_time)
    assert {(d.origin, d.received_at) for d in routed.deliveries} == {(place, first_time)}


def test_duplicates_are_judged_at_home_only() -> None:
    first = one(WITHDRAWAL)
    place = Origin(topic=EVENTS, partition=AWAY, offset=3)
    again = one(WITHDRAWAL, first.state, origin=place)
    assert again.verdict == "forwarded"


def test_an_unknown_controller_elsewhere_is_forwarded_without_naming_it() -> None:
    place = Origin(topic=EVENTS, partition=AWAY, offset=3)
    routed = one(WITHDRAWAL.model_copy(update={"controller": "acme"}), origin=place)
    assert routed.verdict == "forwarded"
    assert routed.audit[0].controller is None


def test_lanes_are_those_of_the_controller() -> None:
    assert DESK.lanes_by_controller == {"oomnis": LANES}
    assert {CRM, CAMPAIGNS} <= set(DESK.lanes_by_controller["oomnis"])


def test_subjects_are_spread_as_the_java_client_does() -> None:
    """The values of Kafka's own test of its murmur2, modulo the partitions."""
    known = {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536}
    known |= {"a-little-bit-longer-string": -1486304829}
    for subject, hashed in known.items():
        assert DESK.home(subject) == (hashed & 0x7FFFFFFF) % PARTITIONS


@given(st.binary(max_size=40))
@a_few
def test_and_as_the_client_library_does(data: bytes) -> None:
    assert murmur2(data) == library_murmur2(data) & 0xFFFFFFFF
