"""Counting what the audit says, record by record as it comes in."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.vendors.base import VENDORS
from streams.demo.model import Place, Verdict
from streams.demo.model.expect import LegKey
from streams.demo.order import Outage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemas.connections import RelayConfig
    from schemas.origin import Origin
    from schemas.records import AuditRecord, Leg
    from streams.demo.model.life import Cell

RUNGS = ("accepted", "executed", "verified")
FINAL = frozenset({
    "no_match", "retained", "client_signal", "config_evidence", "terminated_product", "delegated_to",
    "not_applicable", "superseded", "cancelled", "failed", "done",
})  # fmt: skip
TASK = "manual_task"
PARKED = "parked"
SUPERSEDED = "superseded"
_VERDICTS = ("planned", "stale", "duplicate", "rejected")


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that planning has written to a lane. `since`: when Kafka took the event in, µs."""

    pid: str
    event_id: str
    lane: str
    leg: Leg
    since: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What stands at the end of a delivery's newest cycle.

    conflicts: finals that contradict the first one; repeats: those that say the same again, and should not be there:
    an outcome is committed once or not at all. was_task: something newer took the place of a task that it was.
    """

    outcome: str
    at: int
    is_final: bool
    conflicts: int = 0
    repeats: int = 0
    was_task: bool = False

    @property
    def made(self) -> str:
        """What the lane made of it, whatever became of a task since: the vendor's part of it is done."""
        return TASK if self.was_task else self.outcome

    @property
    def is_over(self) -> bool:
        """Final, or it says what it waits for: a person, or a vendor that fails for long."""
        return self.is_final or self.outcome in {TASK, PARKED}


class Tally:
    """`vendors`: lane → adapter, whose closing rungs decide what is final. settled_at: when it last was, µs."""

    def __init__(self, vendors: Mapping[str, str]) -> None:
        self._vendors = vendors
        self.verdicts: dict[Place, Verdict] = {}
        self.forwarded: set[Place] = set()
        self.dues: dict[str, Due] = {}
        self.unbound = 0
        self.double: Counter[Place] = Counter()
        self.settled_at = 0
        self._overtaken: dict[str, frozenset[Cell]] = {}
        self._outcomes: dict[str, list[AuditRecord]] = defaultdict(list)
        self._unsettled: set[str] = set()

    @classmethod
    def of(cls, config: RelayConfig) -> Tally:
        return cls({name: connection.adapter for name, connection in config.connections.items()})

    def take(self, record: AuditRecord) -> None:
        """Count one record; a person's come in the order of the log."""
        place = place_of(record.origin)
        if record.kind == "outcome" and record.delivery_id:
            self._outcomes[record.delivery_id].append(record)
            if self._settles(record):
                self._unsettled.discard(record.delivery_id)
                self.settled_at = max(self.settled_at, record.at)
        elif record.kind == "overtaken" and record.delivery_id and not self._was_task(record.delivery_id):
            gone = (cell for leg in record.legs or () for cell in leg.overtaken)
            self._overtaken[record.delivery_id] = frozenset((cell.purpose, cell.channel) for cell in gone)
        elif record.kind == "forwarded":
            self.forwarded.add(place)
        elif record.kind in _VERDICTS:
            if place in self.verdicts:
                self.double[place] += 1
            self.verdicts[place] = Verdict(record.kind, record.reason)  # type: ignore[arg-type]
            for leg in record.legs or ():
                self._plan(record, leg)

    def _plan(self, record: AuditRecord, leg: Leg) -> None:
        self.unbound += leg.outcome == "unbound_recipient"
        if leg.kind == "delivery" and leg.delivery_id and leg.lane:
            due = Due(record.pid or "", record.event_id or "", leg.lane, leg, record.at)
            self.dues[leg.delivery_id] = due
            if not any(self._settles(outcome) for outcome in self._outcomes[leg.delivery_id]):
                self._unsettled.add(leg.delivery_id)

    def is_settled(self, published: int) -> bool:
        """Whether so many records were judged, and everything that is due has its outcome or an open task."""
        return len(self.verdicts) >= published and not self._unsettled

    @property
    def settled(self) -> int:
        return len(self.dues) - len(self._unsettled)

    def ending(self, delivery_id: str) -> Ending | None:
        """Where a delivery stands; None: nothing happened yet."""
        records = self._outcomes.get(delivery_id, [])
        newest = max((record.cycle or 0 for record in records), default=0)
        records = [record for record in records if (record.cycle or 0) == newest]
        finals = [record for record in records if self._is_final(record)]
        if finals:
            first, *more = finals
            repeats = sum(first.outcome == other.outcome for other in more)
            conflicts = sum(not _is_upgrade(first, other) for other in more) - repeats
            was = self._was_task(delivery_id)
            return Ending(
                first.outcome or "", first.at, is_final=True, conflicts=conflicts, repeats=repeats, was_task=was
            )
        if records:
            tasks = sum(record.outcome == TASK for record in records)
            return Ending(records[-1].outcome or "", records[-1].at, is_final=False, repeats=max(0, tasks - 1))
        return None

    def _was_task(self, delivery_id: str) -> bool:
        return any(record.outcome == TASK for record in self._outcomes.get(delivery_id, []))

    def endings(self) -> Iterator[tuple[Due, Ending | None]]:
        for delivery_id, due in self.dues.items():
            yield due, self.ending(delivery_id)

    def overtaken(self) -> dict[LegKey, frozenset[Cell] | None]:
        """What newer instructions took out of a leg, as far as the audit says so; None: all of it."""
        found: dict[LegKey, frozenset[Cell] | None] = {}
        for delivery_id, due in self.dues.items():
            key, ending = key_of(due), self.ending(delivery_id)
            if ending and ending.made == SUPERSEDED:
                found[key] = None
            elif delivery_id in self._overtaken:
                found[key] = self._overtaken[delivery_id]
        return found

    def told(self) -> dict[LegKey, frozenset[str]]:
        """What was superseded although its vendor had accepted it: the purposes it was told about."""
        found = {}
        for delivery_id, due in self.dues.items():
            said = [record.outcome for record in self._outcomes[delivery_id]]
            if said[-1:] == [SUPERSEDED] and "accepted" in said:
                found[key_of(due)] = frozenset(due.leg.purposes)
        return found

    def in_vain(self) -> Iterator[tuple[LegKey, str, Outage]]:
        """Of each leg that was tried in vain, its vendor, and from when to when it was to be done.

        A try that gets no answer in time, as on a slow machine, may have been carried out all the same.
        """
        for delivery_id, due in self.dues.items():
            records = self._outcomes[delivery_id]
            tries = max((record.attempt or 0 for record in records), default=0)
            ended = [record.outcome for record in records if self._settles(record)]
            if tries > (ended != [SUPERSEDED]):
                yield key_of(due), self._vendors[due.lane], Outage(due.since, records[-1].at)

    def outcomes(self) -> Iterator[AuditRecord]:
        """All that the audit says of deliveries."""
        for records in self._outcomes.values():
            yield from records

    def strays(self) -> set[str]:
        """Deliveries with an outcome that nobody has planned."""
        return self._outcomes.keys() - self.dues.keys()

    def _settles(self, record: AuditRecord) -> bool:
        return record.outcome in {TASK, PARKED} or self._is_final(record)

    def _is_final(self, record: AuditRecord) -> bool:
        outcome, vendor = record.outcome or "", self._vendors.get(record.lane or "")
        if outcome not in RUNGS or vendor is None:
            return outcome in FINAL
        closing = VENDORS[vendor].can[record.action].closing  # type: ignore[index]
        return RUNGS.index(outcome) >= RUNGS.index(closing)


def key_of(due: Due) -> LegKey:
    return LegKey(due.event_id, due.lane, due.leg.action or "delete")


def place_of(origin: Origin) -> Place:
    return Place(origin.partition, origin.offset)


def _is_upgrade(first: AuditRecord, later: AuditRecord) -> bool:
    """A higher rung of success."""
    both = {first.outcome, later.outcome} <= set(RUNGS)
    return both and RUNGS.index(later.outcome or "") > RUNGS.index(first.outcome or "")
