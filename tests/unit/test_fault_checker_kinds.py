"""The judge's rules and the relay's planning, written apart from each other, say the same of a whole workload."""

from __future__ import annotations

import tomllib
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_args

import checker.kinds
import pytest
from checker.avro import decode
from checker.delivery import cells_of
from checker.desk import Key
from checker.oracle import foresee
from checker.policy import Policy
from checker.rundir import Entry, Place
from demo_support import NOW, PARTITIONS, PEPPER
from harness.workload import home, make_records
from made_run import RELAY

import processors.vendors  # noqa: F401 - registers the adapters
from infra.sandbox import make_people
from processors.lane import lanes_of
from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.connections import parse_config
from schemas.events import Kind
from schemas.kept import as_dict
from schemas.origin import Origin
from schemas.sealing import Seals
from schemas.times import SECOND

if TYPE_CHECKING:
    from harness.workload import Record

    from schemas.records import AuditRecord
    from schemas.state import SubjectState

CONFIG = tomllib.loads(RELAY)
COUNT = 1000


def workload(seed: int) -> list[tuple[Place, Record]]:
    people = make_people(50, seed)
    offsets = Counter[int]()
    placed = []
    for record in make_records(COUNT, people, PARTITIONS, seed, NOW):
        placed.append((Place(record.partition, offsets[record.partition]), record))
        offsets[record.partition] += 1
    return placed


def planned(records: list[tuple[Place, Record]]) -> list[AuditRecord]:
    """What the relay tells of them."""
    config = parse_config(CONFIG, "tests")
    desk = Desk(config, lanes_of(config), PEPPER, Seals(PEPPER), lambda subject_id: home(subject_id, PARTITIONS))
    states: dict[str, SubjectState] = {}
    found: list[AuditRecord] = []
    for number, (place, record) in enumerate(records):
        origin = Origin(topic="consent.events", partition=place.partition, offset=place.offset)
        incoming = Incoming(record.key, record.value, origin, NOW + number * SECOND, partition=place.partition)
        routed = route(incoming, desk, states.get)
        found += routed.audit
        if routed.state:
            states[routed.state.pid] = routed.state
    return found


def run_of(records: list[tuple[Place, Record]]) -> Any:
    policy = Policy.of("oomnis")
    log = [
        Entry(place, NOW + number * SECOND, place, decode("consent_event", record.value), None)
        for number, (place, record) in enumerate(records)
    ]
    connections = {name: policy.connection(name, table) for name, table in sorted(CONFIG["connections"].items())}
    expect = {"partitions": PARTITIONS}
    return SimpleNamespace(policy=policy, connections=connections, config=CONFIG, expect=expect, input=(), log=log)


@pytest.mark.parametrize("seed", range(3))
def test_they_agree(seed: int) -> None:
    records = workload(seed)
    oracle, audit = foresee(run_of(records)), planned(records)
    verdicts = {
        Place(one.origin.partition, one.origin.offset): one.kind
        for one in audit
        if one.kind in {"planned", "stale", "duplicate", "rejected"}
    }
    assert oracle.verdicts == verdicts
    legs = [(one.event_id, as_dict(leg)) for one in audit for leg in one.legs or ()]
    told = [(Key(event_id or "", leg["lane"], leg["action"]), leg) for event_id, leg in legs if leg["delivery_id"]]
    carried = Counter(
        (key, frozenset() if key.action == "delete" else cells_of(leg), leg["all_purposes"])
        for key, leg in told
        if leg["kind"] == "delivery"
    )
    due = Counter((key, due.cells, due.everything) for key, due in oracle.dues.items())
    assert (due - carried, carried - due) == (Counter(), Counter())
    drawn = {record.event["kind"] for _, record in records if record.event}
    assert drawn == set(checker.kinds.KINDS) == set(get_args(Kind))
