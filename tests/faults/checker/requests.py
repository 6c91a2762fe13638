"""People's requests: as the closer keeps them, and as they must stand by what it has read of the audit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checker.delivery import Delivery, Told
from checker.desk import Key
from checker.kinds import KINDS
from checker.rundir import Place

if TYPE_CHECKING:
    from checker.case import Case
    from checker.rundir import Run

Who = tuple[str, str]
"""(pid, event_id)"""
OPEN, DONE, EXCEPT = "open", "completed", "completed_with_exceptions"
_EXCEPTIONS = {"failed", "retained", "terminated_product", "cancelled"}
_ASKED = {name for name, kind in KINDS.items() if kind.protects} | {"restriction.lifted"}


@dataclass
class Kept:
    """status: of each request; read: partition → below which offset the audit was read."""

    status: dict[Who, str] = field(default_factory=dict)
    read: dict[int, int] = field(default_factory=dict)


def kept(run: Run) -> Kept:
    found = Kept()
    for line in run.each("requests.jsonl"):
        if line["bookmark"]:
            found.read[line["partition"]] = line["bookmark"]["offset"]
        elif line["key"].startswith("!"):
            continue
        elif line["record"]:
            found.status[line["record"]["pid"], line["record"]["event_id"]] = line["record"]["status"]
        else:
            pid, _, event_id = line["key"].partition("|")
            found.status.pop((pid, event_id), None)
    return found


def last_ends(case: Case) -> dict[int, int]:
    """Where in each partition of the audit the last delivery ends, or the last request begins, if that is later.

    A lane that may have open deliveries may end some at any moment: of these none must have been read.
    """
    may_be_open = set(case.run.expect.get("open", ()))
    ends = [one.closing for key, one in case.audit.deliveries.items() if key.lane not in may_be_open]
    found: dict[int, int] = {}
    for partition, offset in (*asked(case).values(), *(end.where for end in ends if end)):
        found[partition] = max(offset, found.get(partition, 0))
    return found


def asked(case: Case) -> dict[Who, tuple[int, int]]:
    """Every event that was planned and makes a request, and where: partition and offset of the audit."""
    kinds = {entry.first: entry.event["kind"] for entry in case.run.log if entry.event}
    found = {}
    for line in case.run.each("audit.jsonl"):
        record = line["record"]
        place = Place(record["origin"]["partition"], record["origin"]["offset"])
        if record["kind"] == "planned" and kinds.get(place) in _ASKED:
            found[record["pid"], record["event_id"]] = line["partition"], line["offset"]
    return found


def due(case: Case, read: dict[int, int]) -> dict[Who, str]:
    """How each of them must stand, by the audit below these offsets."""
    wanted = asked(case)
    legs: dict[Who, list[dict[str, Any]]] = {}
    told: dict[str, list[Told]] = defaultdict(list)
    for line in case.run.each("audit.jsonl"):
        record = line["record"]
        if line["offset"] >= read.get(line["partition"], 0):
            continue
        if record["kind"] == "planned" and (record["pid"], record["event_id"]) in wanted:
            legs.setdefault((record["pid"], record["event_id"]), record["legs"] or [])
        elif record["kind"] == "cycle" and record["legs"]:
            _carry_out(legs.get((record["pid"], record["event_id"]), []), record["legs"])
        elif record["delivery_id"]:
            told[record["delivery_id"]].append(Told.read(line))
    return {who: _status(who, some, told, case) for who, some in legs.items()}


def _carry_out(legs: list[dict[str, Any]], now: list[dict[str, Any]]) -> None:
    """What a hold had kept back at a recipient is due after all."""
    for place, leg in enumerate(legs):
        if leg["outcome"] == "retained" and leg["reason"] == "legal_hold":
            legs[place] = next((one for one in now if one["recipient"] == leg["recipient"]), leg)


def closings(case: Case) -> dict[Who, int]:
    """How often the audit says that it was closed, less how often that it was opened again."""
    found: dict[Who, dict[str, int]] = defaultdict(dict)
    for line in case.run.each("audit.jsonl"):
        record = line["record"]
        step = {"request.closed": 1, "request.reopened": -1}.get(record["kind"])
        if step:
            found[record["pid"], record["event_id"]][record["record_id"]] = step
    return {who: sum(steps.values()) for who, steps in found.items()}


def _status(who: Who, legs: list[dict[str, Any]], told: dict[str, list[Told]], case: Case) -> str:
    ends = [_end(who, leg, told, case) for leg in legs]
    if None in ends:
        return OPEN
    return EXCEPT if EXCEPT in ends else DONE


def _end(who: Who, leg: dict[str, Any], told: dict[str, list[Told]], case: Case) -> str | None:
    """None: it has not ended."""
    if leg["kind"] == "task":
        return None
    if leg["kind"] == "none":
        stays = leg["action"] == "delete" and (leg["outcome"] != "not_applicable" or leg["reason"] == "basis")
        return EXCEPT if stays or leg["outcome"] in _EXCEPTIONS else DONE
    key = Key(who[1], leg["lane"], leg["action"])
    adapter = case.run.connections[leg["lane"]].adapter
    words = told.get(leg["delivery_id"], [])
    delivery = Delivery(leg["delivery_id"], key, who[0], adapter, frozenset(), leg["all_purposes"], 0, words)
    finals = delivery.finals(delivery.cycle)
    if not finals:
        return None
    return EXCEPT if finals[0].outcome in _EXCEPTIONS else DONE
