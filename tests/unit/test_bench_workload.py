from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from bench.contenders import outputs
from bench.handover import SAMPLE, size, write_handover
from bench.workload import events, partitioner, placed, routed
from schemas.codec import decode, encode
from schemas.events import ConsentEvent
from schemas.records import AuditRecord
from streams import topics, wire
from streams.topics import topics as topics_for

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workload import Spread
    from streams.outbox import Out

MANY = 50


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("handover")
    write_handover(path)
    return path


def test_every_event_leads_to_three_deliveries_one_audit_record_and_one_state() -> None:
    deliveries = [outputs.DELIVERIES + lane for lane in outputs.LANES]
    for outs in routed(placed(MANY, "home")):
        assert sorted(out.topic for out in outs) == sorted([*deliveries, outputs.AUDIT, outputs.STATE])


def test_half_of_the_events_find_a_state() -> None:
    people = [event.subject_id for event in events(MANY)]
    assert len(set(people)) == MANY // 2
    assert {len(event.identities) for event in events(MANY)} == {2}


def test_it_is_the_same_workload_every_time() -> None:
    assert list(placed(MANY, "home")) == list(placed(MANY, "home"))


@pytest.mark.parametrize(("row", "low", "high"), [("home", 0, 0), ("misrouted", 0.6, 0.9)])
def test_how_many_are_not_at_home(row: Spread, low: float, high: float) -> None:
    home, there = partitioner("home"), partitioner(row)
    people = [f"customer-{number:07}" for number in range(1000)]
    assert low <= sum(home(person) != there(person) for person in people) / len(people) <= high


def test_a_bare_loop_writes_the_very_bytes_that_our_router_writes(directory: Path) -> None:
    """For the event that the templates were made from; for the others, as many bytes within a few percent."""
    made = outputs.Outputs(directory)
    templates = {path.read_bytes() for path in (directory / "templates").iterdir() if path.stem != "forwarded"}
    same = bytes_of_ours = bytes_of_theirs = 0
    published = list(placed(SAMPLE, "home"))
    for record, ours in zip(published, routed(published), strict=True):
        facts = audit_of(ours)
        theirs = made.of(made.decode(record.value), record.partition, facts.origin.offset, facts.at)
        assert sorted(out[:2] for out in theirs) == sorted((out.topic, out.partition) for out in ours)
        same += {out.value for out in theirs} == templates
        bytes_of_ours += size(ours)
        bytes_of_theirs += sum(len(out.value) for out in theirs)
    assert same == 1
    assert bytes_of_theirs == pytest.approx(bytes_of_ours, rel=0.02)


def audit_of(outs: list[Out]) -> AuditRecord:
    return decode(AuditRecord, next(out.value or b"" for out in outs if out.topic == outputs.AUDIT))


def test_what_a_contender_decodes_is_what_was_published(directory: Path) -> None:
    made = outputs.Outputs(directory)
    for event in islice(events(MANY), 10):
        assert ConsentEvent.parse(made.decode(encode(event))) == event


def test_a_contender_sends_home_what_our_router_sends_home(directory: Path) -> None:
    made = outputs.Outputs(directory)
    published = list(placed(SAMPLE, "misrouted"))
    first, ours = next(
        (record, outs) for record, outs in zip(published, routed(published), strict=True) if len(outs) == 2
    )
    audit, event = sorted(ours, key=lambda out: out.topic)
    facts = audit_of(ours)
    place = (first.partition, facts.origin.offset, facts.at)
    bare_event, bare_audit = made.sent_home(made.decode(first.value), first.value, event.partition, place)
    assert bare_event[:4] == (event.topic, event.partition, event.key, event.value)
    (_, proof), origin = event.headers
    assert bare_event.headers == ((wire.FORWARDED, b"0" * len(proof)), origin)
    assert (bare_audit.topic, bare_audit.partition) == (audit.topic, audit.partition)
    assert len(bare_audit.value) == len(audit.value or b"")


def test_names_are_those_of_the_product() -> None:
    assert outputs.EVENTS == topics.EVENTS
    assert outputs.AUDIT == topics.AUDIT
    assert outputs.STATE == topics.STATE
    assert wire.FORWARDED == outputs.FORWARDED
    names = {topic.name for topic in topics_for(outputs.LANES)}
    assert {outputs.DELIVERIES + lane for lane in outputs.LANES} <= names
