"""What would have been due under another policy, or by the software as it is now: planned anew, sent nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from processors.plan import plan
from processors.replaying.people import JUDGED, event_of, knowing, nobody, policy_of
from processors.routing.identities import digest_of
from schemas.errors import InvalidRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.lane import Lane
    from schemas.policy import Policy
    from schemas.records import AuditRecord, Leg
    from schemas.state import SubjectState

COMPARED = ("outcome", "reason", "due_at", "rule", "purposes", "channels")


class Changed(NamedTuple):
    """One leg that would have been another. `fields`: name → as recorded, as it would have been."""

    leg: Mapping[str, Any]
    fields: Mapping[str, tuple[Any, Any]]


class Otherwise(NamedTuple):
    """One event that would have had other legs, or another verdict: as recorded, as it would have been."""

    event_id: str
    kind: str
    pid: str
    verdict: tuple[str, str]
    added: tuple[Mapping[str, Any], ...]
    gone: tuple[Mapping[str, Any], ...]
    changed: tuple[Changed, ...]


class Shadow:
    """Goes beside what was recorded: what stands for a person is what would have stood. policy None: as recorded."""

    def __init__(self, policy: Policy | None, lanes: Mapping[str, tuple[Lane, ...]]) -> None:
        self._policy = policy
        self._lanes = lanes
        self._people: dict[str, SubjectState] = {}
        self.events = 0

    def take(self, record: AuditRecord) -> Otherwise | None:
        """The next record; None: nothing would have been otherwise, or no event is planned there."""
        facts, pid, controller = record.event, record.pid, record.controller
        if record.kind not in JUDGED or facts is None or record.policy is None:
            return None
        if pid is None or controller is None or (self._policy and self._policy.id != record.policy.id):
            return None
        self.events += 1
        before = self._people.get(pid) or nobody(pid, controller)
        policy = self._policy or policy_of(record.policy)[0]
        try:
            lanes = self._lanes.get(controller, ())
            event = event_of(record, facts)
            made = plan(event, before, policy, lanes, record.at, facts.content_hash, digest_of(facts.named))
        except InvalidRecord as error:
            return _compared(record, f"rejected: {error}", ())
        if made.verdict == "duplicate":
            return None
        self._people[pid] = knowing(event, made, before, facts.named)
        return _compared(record, made.verdict, made.legs if made.verdict == "planned" else ())


def _compared(record: AuditRecord, verdict: str, legs: Iterable[Leg]) -> Otherwise | None:
    was, would = _by_place(record.legs or ()), _by_place(legs)
    added = tuple(_named(leg) for key, leg in would.items() if key not in was)
    gone = tuple(_named(leg) for key, leg in was.items() if key not in would)
    changed = tuple(one for key, leg in was.items() if key in would and (one := _changed(leg, would[key])))
    if verdict == record.kind and not (added or gone or changed):
        return None
    kind = record.event.kind if record.event else ""
    return Otherwise(record.event_id or "", kind, record.pid or "", (record.kind, verdict), added, gone, changed)


def _by_place(legs: Iterable[Leg]) -> dict[tuple[Any, ...], Leg]:
    """Legs by who does what; of several alike, which one."""
    found: dict[tuple[Any, ...], Leg] = {}
    for leg in legs:
        number = 0
        while (key := (leg.recipient, leg.lane, leg.kind, leg.action, leg.task, number)) in found:
            number += 1
        found[key] = leg
    return found


def _named(leg: Leg) -> Mapping[str, Any]:
    names = ("recipient", "lane", "kind", "action", "task", *COMPARED)
    return {name: getattr(leg, name) for name in names}


def _changed(was: Leg, would: Leg) -> Changed | None:
    fields = {
        name: (getattr(was, name), getattr(would, name))
        for name in COMPARED
        if getattr(was, name) != getattr(would, name)
    }
    return Changed(_named(was), fields) if fields else None
