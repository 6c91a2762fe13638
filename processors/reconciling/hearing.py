"""What the audit tells after planning: outcomes, new cycles, and what requests are said to be."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from processors.reconciling.behind import began, brought, lifted
from processors.reconciling.duties import Person
from processors.reconciling.finding import Finding
from processors.reconciling.outcomes import began_anew, ended, told
from processors.reconciling.standing import left_out
from processors.reconciling.standing import told as was_told
from schemas.ids import delivery_id
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from processors.lane import Lane
    from processors.reconciling.beginning import Beginning
    from processors.reconciling.duties import Duty, People
    from processors.reconciling.finding import Kind
    from schemas.origin import Origin
    from schemas.policy import Policy
    from schemas.records import AuditRecord, Leg

_OF_DELIVERIES = frozenset({"outcome", "cycle"})
BACKFILL = "backfill"
_ENDS_TASKS = frozenset({"request.task", "request.cancelled"})


class Hearing:
    """Of one partition. Everything that is wrong is put down in `findings`.

    early: event_id → what is told of its deliveries though no verdict has planned them.
    passed: how much is told of what may have been planned before the audit begins now.
    first: lane → the event by which something began anew there before any plan had named it.
    """

    def __init__(self, begins: Beginning, people: People, findings: list[Finding]) -> None:
        self._begins = begins
        self._partition = begins.partition
        self.passed = 0
        self.first: dict[str, Origin] = {}
        self._people = people
        self._findings = findings
        self.early: dict[str | None, list[tuple[AuditRecord, int]]] = defaultdict(list)

    def hear(self, record: AuditRecord, offset: int) -> None:
        if record.pid is None:
            return
        if record.kind == "cycle" and record.legs:
            self._behind(record, record.legs[0], offset)
        elif record.kind in _OF_DELIVERIES:
            self._delivery(record, offset, self._people.get(record.pid) or Person())
        elif record.kind.startswith("request.") and record.pid in self._people:
            self._request(record, offset, self._people[record.pid])

    def _delivery(self, record: AuditRecord, offset: int, person: Person) -> None:
        duty = person.duties.get(record.delivery_id or "")
        if duty is None and self._begins.hides(record.origin):
            self.passed += 1
            return
        if duty is None:
            self.early[record.event_id].append((record, offset))
            return
        wrongs = told(duty, record, person) if record.kind == "outcome" else began_anew(duty, record)
        for kind, what in wrongs:
            self._wrong(kind, duty, what, record.pid, offset)

    def catch_up(self, event_id: str) -> None:
        """That event is due, though the audit has no verdict on it: what was told of it before is known now."""
        for record, offset in self.early.pop(event_id, ()):
            self.hear(record, offset)

    def _behind(self, record: AuditRecord, leg: Leg, offset: int) -> None:
        """A leg that planning had left undone."""
        person = self._people.get(record.pid or "") or Person()
        begin = brought if record.reason == BACKFILL else lifted
        if record.lane:  # a hold's end leaves nothing for a backfill to bring there, an older one only what it names
            was_told(person, record.event_id, record.lane, record.action if record.reason == BACKFILL else None)
        if wrong := begin(self._people, person, record, leg):
            if self._begins.hides(record.origin) or (self._begins.since and begin is lifted):
                began(self._people, person, record, leg)
                self.passed += 1
            elif begin is lifted and self.first.get(record.lane or "") == record.origin:
                began(self._people, person, record, leg)  # what was due there nobody could know before
            else:
                self._stray(record, offset, wrong)

    def after_backfill(self, record: AuditRecord, lanes: tuple[Lane, ...], policy: Policy, offset: int) -> None:
        """It has ended, so everybody for whom something stands must have been brought to that one lane."""
        if self._begins.since:  # an erasure that was deleted may have ended what seems to stand
            return
        lane, what = lanes[0], "stands, and the backfill left it out"
        for pid, person in self._people.items():
            state = person.standing
            if state is None or state.controller != lane.controller:
                continue
            for event_id, draft in left_out(person, lanes, policy, record.at):
                leg = draft.values
                own_id = delivery_id(lane.controller, event_id, lane.name, leg["action"] or "", policy.version)
                about = (pid, lane.controller, event_id, lane.name, leg["recipient"], leg["action"], own_id)
                self._findings.append(Finding("missing", what, record.at, self._partition, offset, *about))
                was_told(person, event_id, lane.name, leg["action"])  # once is enough

    def _request(self, record: AuditRecord, offset: int, person: Person) -> None:
        if record.kind == "request.closed":
            for duty in person.of_event(record.event_id or ""):
                # A cycle may have begun while the closer was writing this down.
                if duty.final is None and duty.cycle == 0 and not duty.is_late_comer:
                    self._wrong("missing", duty, "has no outcome, and its request is closed", record.pid, offset)
            return
        for leg in record.legs or ():
            known = person.duties.get(leg.delivery_id or "")
            if known is None:
                continue
            if record.kind == "request.extended":
                known.due_at = leg.due_at
            elif record.kind in _ENDS_TASKS and known.final is None:
                for kind, what in ended(known, leg.outcome or "", record.at):
                    self._wrong(kind, known, what, record.pid, offset)

    def waiting(self) -> Iterator[Duty]:
        """Deliveries that have not ended."""
        for person in self._people.values():
            yield from (duty for duty in person.duties.values() if duty.is_delivery and duty.final is None)

    def close(self, now: int, lost: Collection[str]) -> None:
        """At the end of the log. now: µs; lost: deliveries that their lanes have nothing to do with any more."""
        for record, offset in chain.from_iterable(self.early.values()):
            what = f"{record.outcome} in the audit" if record.kind == "outcome" else "a new cycle in the audit"
            self._stray(record, offset, f"has {what}, and was never planned, or ended long ago")
        for pid, person in self._people.items():
            for duty in person.duties.values():
                if duty.final is not None or duty.told:
                    continue
                if not duty.announced:
                    self._wrong("missing", duty, "does not begin anew, though its hold was lifted", pid)
                elif duty.id in lost:
                    word = f"only {duty.word}" if duty.word else "nothing"
                    self._wrong("missing", duty, f"has no outcome, {word}, and its lane is done with it", pid)
                elif duty.due_at is not None and duty.due_at < now:
                    said = f"is {duty.word}" if duty.word else "has not ended"
                    self._wrong("late", duty, f"{said}, and was due at {iso(duty.due_at)}", pid)

    def _wrong(self, kind: Kind, duty: Duty, what: str, pid: str | None, offset: int | None = None) -> None:
        duty.told = True
        about = (pid, duty.controller, duty.event_id, duty.lane, duty.recipient, duty.action, duty.id)
        self._findings.append(Finding(kind, what, duty.received_at, self._partition, offset, *about))

    def _stray(self, record: AuditRecord, offset: int, what: str) -> None:
        about = (record.pid, record.controller, record.event_id, record.lane, None, record.action, record.delivery_id)
        self._findings.append(Finding("surplus", what, record.at, self._partition, offset, *about))
