"""What the audit says, put together by record and by delivery."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checker.delivery import Delivery, Told, cells_of
from checker.desk import Key
from checker.rundir import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from checker.policy import Connection

_VERDICTS = {"planned", "stale", "duplicate", "rejected"}


@dataclass
class Audit:
    """verdicts: every one of each place; forwarded: places whose records were sent home.

    deliveries: by what was due; strays: delivery_ids with an outcome that nobody has planned, and their lanes.
    """

    verdicts: dict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))
    forwarded: Counter[Place] = field(default_factory=Counter)
    deliveries: dict[Key, Delivery] = field(default_factory=dict)
    strays: dict[str, str] = field(default_factory=dict)


def put_together(lines: Iterable[dict[str, Any]], connections: Mapping[str, Connection]) -> Audit:
    """`lines`: of audit.jsonl; a person's stand in the order of the log."""
    audit, told, lanes = Audit(), defaultdict(list), {}
    for line in lines:
        record = line["record"]
        place = Place(record["origin"]["partition"], record["origin"]["offset"])
        if record["kind"] in _VERDICTS:
            audit.verdicts[place].append(record["kind"])
            _plan(audit, line, connections)
        elif record["kind"] == "forwarded":
            audit.forwarded[place] += 1
        elif record["kind"] == "cycle" and record["legs"]:  # kept back until now
            _plan(audit, line, connections)
        elif record["delivery_id"]:
            told[record["delivery_id"]].append(Told.read(line))
            lanes[record["delivery_id"]] = record["lane"]
    for delivery in audit.deliveries.values():
        delivery.told = told.pop(delivery.id, [])
    audit.strays = {one: lanes[one] or "audit" for one in told}
    return audit


def _plan(audit: Audit, line: dict[str, Any], connections: Mapping[str, Connection]) -> None:
    record, at = line["record"], line["timestamp"] * 1000
    for leg in record["legs"] or ():
        if leg["kind"] != "delivery":
            continue
        key = Key(record["event_id"], leg["lane"], leg["action"])
        if key in audit.deliveries:
            audit.deliveries[key].planned += 1
            continue
        adapter = connections[leg["lane"]].adapter
        scope = frozenset() if leg["action"] == "delete" else cells_of(leg)
        made = Delivery(leg["delivery_id"], key, record["pid"], adapter, scope, leg["all_purposes"], at)
        made.begins = record["cycle"] or 0
        audit.deliveries[key] = made
