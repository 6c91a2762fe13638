"""Between Kafka's records and the router's: keys, partitions, and headers that anybody may write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st
from routing_support import AWAY, DESK, EMAIL, HOME, NOW, event, incoming, raw, record

from processors.routing.route import route
from schemas.codec import decode
from schemas.ids import forward_proof
from schemas.origin import Origin
from schemas.records import AuditRecord, DeadLetter, Delivery
from streams import topics, wire
from streams.outbox import OVERHEAD
from streams.wire import FORWARDED

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from processors.routing.incoming import Incoming, Routed
    from streams.outbox import Out

FROM = "consent-relay-from"
WITHDRAWAL = event(1, "withdraw", 0, ["surveys"], identities=[EMAIL])


def incoming_of(record: Any) -> Incoming:
    return wire.incoming_of(record, DESK.pepper)


def outs_of(incoming: Incoming, routed: Routed) -> list[Out]:
    return wire.outs_of(incoming, routed, DESK.pepper)


def forwarded_by(source: bytes | None, value: bytes = b"", pepper: bytes = DESK.pepper) -> list[tuple[str, Any]]:
    return [(FORWARDED, forward_proof(pepper, source or b"", value)), (FROM, source)]


def test_a_record_comes_in_with_its_place_and_kafkas_time() -> None:
    came = incoming_of(record(WITHDRAWAL, 9))
    assert came.origin == Origin(topic=topics.EVENTS, partition=HOME, offset=9)
    assert came.log_time == NOW
    assert (came.forwarded, came.here, came.key) == (False, HOME, b"c-1001")


def test_a_forwarded_record_keeps_bytes_time_and_place_and_gets_its_own_key() -> None:
    lost = record(WITHDRAWAL, 9, partition=AWAY, key=None)
    came = incoming_of(lost)
    *audit, out = outs_of(came, route(came, DESK, lambda _: None))
    assert [other.topic for other in audit] == [topics.AUDIT]
    assert (out.topic, out.partition, out.key, out.value) == (topics.EVENTS, HOME, b"c-1001", lost.value)
    arrived = incoming_of(
        replace(record(out.value, 30, key=out.key, headers=out.headers), timestamp=NOW // 1000 + 60)
    )
    assert arrived.forwarded
    assert (arrived.origin, arrived.log_time) == (came.origin, came.log_time)
    assert arrived.here == HOME
    assert route(arrived, DESK, lambda _: None).verdict == "planned"


FORGED = [
    None,
    b"",
    b"|||",
    b"consent.events|0|1",
    b"consent.events|0|1|2|3",
    b"consent.events|x|1|2",
    b"consent.events|0|-1|2",
    b"consent.events|0|1|+2",
    b"consent.events|0|1|1.5",
    b"consent.events| 0|1|2",
    b"consent.events|0|1|2\n",
    b"consent.events|99999999999|1|2",
    b"consent.events|0|9999999999999999999|2",
    b"consent.events|0|1|99999999999999999999999",
    b"consent.audit|0|1|2",
    b"consentXevents|0|1|2",
    b"jane.roe@example.org|0|1|2",
    b"\xff\xfe",
    "consent.events|٣|1|2".encode(),
    b"9" * 5000,
]


@pytest.mark.parametrize("source", FORGED)
def test_a_header_that_no_router_writes_counts_for_nothing(source: bytes | None) -> None:
    bare = record(WITHDRAWAL, 9)
    came = incoming_of(replace(bare, headers=forwarded_by(source, bare.value)))
    assert came == incoming_of(bare)
    assert route(came, DESK, lambda _: None).verdict == "planned"


def test_nobody_without_the_pepper_says_when_and_where_a_record_came_in() -> None:
    """By such a time a grant of the year 2286 was believed, and nothing could withdraw it any more."""
    bare, told = record(WITHDRAWAL, 9), b"consent.events|1|77|9999999999999999"
    (_, ours), place = forwarded_by(told, bare.value)
    assert incoming_of(replace(bare, headers=[(FORWARDED, ours), place])).log_time == 9999999999999999
    other = record(event(3, "grant", 0, ["surveys"], identities=[EMAIL]), 9)
    forged: list[tuple[ConsumerRecord, Any]] = [
        (bare, forward_proof(b"another pepper".ljust(32), told, bare.value)),
        (other, ours),  # of another record
        *((bare, proof) for proof in (b"1", b"", None, ours[:-1], ours.upper(), "\u0663".encode())),
    ]
    for one, proof in forged:
        assert incoming_of(replace(one, headers=[(FORWARDED, proof), place])) == incoming_of(one)


@pytest.mark.parametrize("headers", [[(FORWARDED, b"1")], [(FROM, b"consent.events|0|1|2")], [("other", None)]])
def test_half_of_the_headers_count_for_nothing(headers: list[tuple[str, Any]]) -> None:
    assert not incoming_of(record(WITHDRAWAL, 9, headers=headers)).forwarded


def test_a_forged_record_elsewhere_is_forwarded_like_any_other() -> None:
    lost = record(WITHDRAWAL, 9, partition=AWAY)
    came = incoming_of(replace(lost, headers=forwarded_by(b"nonsense", lost.value)))
    routed = route(came, DESK, lambda _: None)
    assert routed.verdict == "forwarded"
    out = list(outs_of(came, routed))[-1]
    assert dict(out.headers)[FROM] == f"consent.events|{AWAY}|9|{NOW}".encode()


@given(st.lists(st.tuples(st.sampled_from([FORWARDED, FROM, "x"]), st.none() | st.binary(max_size=40)), max_size=4))
@a_few
def test_no_headers_stop_the_router(headers: list[tuple[str, Any]]) -> None:
    came = incoming_of(record(raw(), 9, headers=headers))
    assert list(outs_of(came, route(came, DESK, lambda _: None)))


@given(st.binary(max_size=30), st.none() | st.binary(max_size=10))
@a_few
def test_no_bytes_stop_the_router(value: bytes, key: bytes | None) -> None:
    came = incoming_of(record(value, 9, key=key))
    routed = route(came, DESK, lambda _: None)
    assert routed.verdict == "rejected"
    assert [out.topic for out in outs_of(came, routed)] == [topics.AUDIT, topics.DEAD_LETTER]


def test_everything_is_written_to_the_partition_it_came_in_on() -> None:
    came = incoming_of(record(event(1, "delete", identities=[EMAIL]), 9))
    routed = route(came, DESK, lambda _: None)
    outs = list(outs_of(came, routed))
    assert {out.partition for out in outs} == {HOME}
    deliveries = [out for out in outs if out.topic.startswith("consent.deliveries.")]
    assert [decode(Delivery, out.value or b"") for out in deliveries] == list(routed.deliveries)
    assert {out.topic for out in deliveries} == {topics.deliveries(d.lane) for d in routed.deliveries}
    (audit,) = (out for out in outs if out.topic == topics.AUDIT)
    assert decode(AuditRecord, audit.value or b"") == routed.audit[0]
    pid = (routed.audit[0].pid or "").encode()
    assert {out.key for out in outs} == {pid}


def test_a_fact_without_a_person_and_a_dead_letter_have_keys_too() -> None:
    came = incoming(b"garbage")
    routed = route(came, DESK, lambda _: None)
    audit, letter = outs_of(came, routed)
    assert audit.key == routed.audit[0].record_id.encode()
    assert letter.key == f"consent.events[{HOME}]@7".encode()
    assert decode(DeadLetter, letter.value or b"") == routed.dead_letter
    assert audit.size == OVERHEAD + len(audit.key) + len(audit.value or b"")
