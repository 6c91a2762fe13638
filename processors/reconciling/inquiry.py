"""The reconciliation of one partition: its events and its audit in, findings out. Pure; memory grows with people.

The state of each person is our own, folded from the events; the router's is not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.planning.kinds import ERASING
from processors.reconciling.beginning import VERDICTS, Beginning
from processors.reconciling.comparing import differences, kind_of, names_all, whatever_was_before
from processors.reconciling.coverage import unnamed
from processors.reconciling.duties import About, Deletion, People, duties_of, reopen
from processors.reconciling.finding import Finding
from processors.reconciling.hearing import Hearing
from processors.reconciling.judging import Read, names_in
from processors.reconciling.matching import Matching
from processors.reconciling.slices import EVERYBODY
from processors.reconciling.standing import wished
from processors.replaying.people import event_of
from schemas.audit_head import head_of
from schemas.codec import decode_own
from schemas.errors import DataError
from schemas.events import MAKES_REQUEST
from schemas.records import AuditRecord
from schemas.times import DAY

if TYPE_CHECKING:
    from processors.plan import Plan
    from processors.reconciling.finding import Kind
    from processors.reconciling.judging import Law
    from processors.reconciling.matching import Taken
    from processors.reconciling.slices import Slice

_OF_MANY = VERDICTS | {"command"}
"""Kinds whose records stand under other keys than a person's."""
_OUR_LIMITS = frozenset({"oversize", "oversize_left_in_place"})
"""Why a good event may be rejected all the same."""
UNJUDGED_AFTER = DAY
BACKFILL = "router.backfill"


class Inquiry:
    """events, records: how many were looked at, of the slice."""

    def __init__(self, law: Law, partition: int, of: Slice = EVERYBODY, since: int = 0) -> None:
        self.people = People()
        self.findings: list[Finding] = []
        self.matching = Matching(partition)
        self.begins = Beginning(partition, since)
        self.hearing = Hearing(self.begins, self.people, self.findings)
        self.events = self.records = 0
        self._law = law
        self._partition = partition
        self._slice = of
        self._seen: dict[str, frozenset[str]] = defaultdict(frozenset)

    def take(self, offset: int, key: bytes | None, value: bytes | None, at: int) -> None:
        """The next record of the audit, written at µs."""
        try:
            mine = self._slice.has((key or b"").decode())
            if not mine and head_of(value or b"").kind not in _OF_MANY:
                return
            record = decode_own(AuditRecord, value or b"")
        except (DataError, ValueError):
            if self._slice.number == 0:
                text = "can't be read: a newer release may have written it"
                self.findings.append(Finding("conflicting", text, at, self._partition, offset))
            return
        self.records += mine
        if record.kind in VERDICTS:
            self._verdict(record, offset)
            return
        if record.kind == "cycle" and record.lane and record.controller:
            if record.lane not in self._seen[record.controller]:
                self.hearing.first[record.lane] = record.origin
            self._seen[record.controller] |= {record.lane}
        if record.kind == "command":
            self._commanded(record, offset)
        else:
            self.hearing.hear(record, offset)

    def end(self, router_at: int, now: int) -> None:
        """What is fed of the events and no verdict is about. router_at: below it the router has judged everything."""
        while (taken := self.matching.next()) is not None:
            if taken.offset < router_at or self._is_acted_on(taken):
                self._unjudged(taken)
            elif taken.incoming.log_time < now - UNJUDGED_AFTER and self._slice.number == 0:
                self._add("late", "waits to be judged for more than a day", taken.incoming.log_time, None)

    def _commanded(self, record: AuditRecord, offset: int) -> None:
        """Of commands, only that a lane was brought what stands makes something due."""
        if record.command is None or record.command.name != BACKFILL or record.lane not in self._law.names:
            return
        lanes = self._law.lanes_among(frozenset({record.lane}))
        policy = self._law.applied(lanes[0].controller, record)
        self.hearing.after_backfill(record, lanes, policy, offset)

    def _is_acted_on(self, taken: Taken) -> bool:
        """Then it was judged, though the router has not told yet that it came so far."""
        if not self.hearing.early:
            return False
        try:
            read = self._law.read(taken.incoming)
        except DataError:
            return False
        return read is not None and read.event.event_id in self.hearing.early

    def _verdict(self, record: AuditRecord, offset: int) -> None:
        match = self.matching.match(record.origin)
        for taken in match.passed:
            self._unjudged(taken)
        if match.taken is not None:
            self._of_event(match.taken, record, offset)
        elif match.is_old:
            self._of_facts(record, offset)
        elif self._slice.has(record.pid):
            what = f"is {record.kind}, and {record.origin} is no record that was to be judged now"
            self._about(record, "surplus", what, offset)

    def _unjudged(self, taken: Taken) -> None:
        """The audit has no verdict on it. What follows from it is due all the same."""
        at, origin = taken.incoming.log_time, taken.incoming.origin
        try:
            read = self._law.read(taken.incoming)
        except DataError:
            read = None
        if not self._slice.has(read.pid if read else None):
            return
        what = f"the audit says nothing of {origin}"
        about = (read.pid, read.event.controller, read.event.event_id) if read else ()
        self.findings.append(Finding("missing", what, at, self._partition, None, *about))
        if read:
            self._judged(read, None, None)
            self.hearing.catch_up(read.event.event_id)

    def _of_event(self, taken: Taken, record: AuditRecord, offset: int) -> None:
        refused = False
        try:
            read = self._law.read(taken.incoming)
        except DataError:
            read, refused = None, True
        if not self._slice.has(read.pid if read else record.pid):
            return
        self.events += 1
        if refused or read is None:
            expected = "rejected" if refused else "forwarded"
            if record.kind != expected:
                self._about(record, "conflicting", f"is {record.kind}, and had to be {expected}", offset)
            return
        event = read.event
        if record.kind == "rejected" and (
            record.reason in _OUR_LIMITS or (event.sealed and (record.field or "").startswith("sealed"))
        ):
            return
        if (record.pid, record.controller, record.event_id) != (read.pid, event.controller, event.event_id):
            self._about(record, "conflicting", f"speaks of another person or event than {record.origin} does", offset)
        self._judged(read._replace(named=record.event.named if record.event else None), record, offset)

    def _of_facts(self, record: AuditRecord, offset: int) -> None:
        """The event is gone, what the audit keeps of it is not."""
        if record.kind in {"rejected", "forwarded"} or record.pid is None or not self._slice.has(record.pid):
            return
        self.events += 1
        facts, version = record.event, record.policy and record.policy.version
        if facts is None or version is None:
            self._about(record, "conflicting", "lacks its facts or its policy", offset)
            return
        event = event_of(record, facts).model_copy(update={"policy_version": version})
        try:
            policy = self._law.policy_of(event, record.at)
        except DataError:
            self._about(record, "conflicting", "was judged by a policy version that is not registered", offset)
            return
        self._judged(Read(event, record.pid, policy, facts.content_hash, record.at, facts.named), record, offset)

    def _judged(self, read: Read, record: AuditRecord | None, offset: int | None) -> None:
        """Plan it ourselves, and hold that against what was planned. record: None: nothing was."""
        controller, person = read.event.controller, self.people[read.pid]
        legs = (record.legs if record else None) or ()
        named = names_in(legs)
        seen = self._seen[controller] = self._seen[controller] | named
        before = person.state
        made = self._law.judge(read, person, self._law.then(seen, legs, read.event) if record else self._law.names)
        verdict: str = "rejected" if isinstance(made, DataError) else made.verdict
        if record and self.begins.explains(verdict, record.kind):
            verdict, person.state = record.kind, before
            self.hearing.passed += 1
        if record and verdict != record.kind:
            kind = kind_of(verdict, record.kind)
            self._about(record, kind, f"is {record.kind}, and had to be {verdict}", offset)
        if isinstance(made, DataError) or verdict == "rejected":
            return
        about = About(read.pid, controller, read.event.event_id, made.occurred_at, made.received_at)
        tasks = read.event.kind in MAKES_REQUEST
        due = tuple(made.legs) if verdict == "planned" else ()
        if record and verdict == record.kind:
            self._compare(read, made, record, offset, all_known=named <= self._law.names)
            due = self.begins.certain(due, legs)
            if verdict == "planned" and read.event.protective:
                wished(person, read.event, made.occurred_at, legs)
        for duty in (*duties_of(legs, about, tasks=tasks), *duties_of(due, about, tasks=tasks)):
            self.people.owe(person, duty)  # as planned, where both speak of it
        if verdict == "planned" and read.event.kind in ERASING:
            deletion = Deletion(about.event_id, read.event.data_domain, read.event.jurisdiction, about.occurred_at)
            person.deletions = (*person.deletions, deletion)
        newest = person.newest if person.newest is not None else made.occurred_at - 1
        if record and made.verdict == record.kind == "stale" and read.event.protective and made.occurred_at > newest:
            self._about(record, "missing", "is newer than all before it, and was passed over as stale", offset)
        if verdict == "planned":
            person.newest = max(newest, made.occurred_at)
            reopen(self.people, made, about)

    def _compare(self, read: Read, made: Plan, record: AuditRecord, offset: int | None, *, all_known: bool) -> None:
        if record.policy != read.policy.ref:
            self._about(record, "conflicting", "was judged by another policy, version or text of it", offset)
            return
        if record.kind != "planned":
            return
        due, planned = tuple(made.legs), record.legs or ()
        compare = (whatever_was_before if self.begins.since else differences) if all_known else names_all
        found = () if due == planned else tuple(compare(due, planned))
        self.hearing.passed += bool(self.begins.since and due != planned and not found)
        told = set[str]()
        for kind, leg, what, _ in found:
            told.update((leg.recipient or "").split("+"))
            self._about(record, kind, what, offset, leg.lane, leg.recipient, leg.action, leg.delivery_id)
        for recipient in unnamed(read.event, read.policy, planned):
            if recipient not in told:
                what = "gets this data by the policy, and no leg names it"
                self._about(record, "missing", what, offset, None, recipient)
        moments = record.event and (record.event.occurred_at, record.event.received_at)
        if moments != (made.occurred_at, made.received_at):
            self._about(record, "conflicting", "was judged by other moments", offset)

    def _add(self, kind: Kind, what: str, at: int, offset: int | None) -> None:
        self.findings.append(Finding(kind, what, at, self._partition, offset))

    def _about(self, record: AuditRecord, kind: Kind, what: str, offset: int | None, *more: str | None) -> None:
        who = (record.pid, record.controller, record.event_id)
        self.findings.append(Finding(kind, what, record.at, self._partition, offset, *who, *more))
