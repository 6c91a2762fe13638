"""One partition's events and audit on paper: the router's own records, and outcomes as lanes write them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from routing_support import DESK, HOME, NOW, PEPPER, incoming

from processors.closing.book import Book
from processors.reconciling.beginning import judged_at
from processors.reconciling.inquiry import Inquiry
from processors.reconciling.judging import Law
from processors.reconciling.matching import Taken
from processors.reconciling.slices import EVERYBODY
from processors.routing.bringing import Errand
from processors.routing.route import route
from schemas.codec import encode
from schemas.events import MAKES_REQUEST, PROTECTIVE
from schemas.ids import outcome_record_id
from schemas.origin import Origin
from schemas.records import AuditRecord, Command, Leg
from schemas.times import DAY
from streams import topics

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.lane import Lane
    from processors.reconciling.finding import Finding
    from processors.reconciling.slices import Slice
    from processors.routing.desk import Desk
    from schemas.events import ConsentEvent
    from schemas.state import SubjectState

LATER = NOW + DAY
LONG_AFTER = NOW + 400 * DAY
"""Every deadline of what came in at NOW has passed."""


@dataclass
class Paper:
    """desk: the routers', also of who reconciles; begins: the first offset of the events that is still kept.

    cut: so many records of the audit were deleted at its beginning.
    """

    audit: list[AuditRecord] = field(default_factory=list)
    events: list[Taken] = field(default_factory=list)
    states: dict[str, SubjectState] = field(default_factory=dict)
    begins: int = 0
    cut: int = 0
    desk: Desk = DESK

    def publish(self, *events: ConsentEvent | bytes) -> list[AuditRecord]:
        """Let the router judge them; the verdict on each."""
        verdicts = []
        for event in events:
            place = Origin(topic=topics.EVENTS, partition=HOME, offset=10 * len(self.events))
            taken = Taken(place.offset, incoming(event, origin=place))
            routed = route(taken.incoming, self.desk, self.states.get)
            if routed.state:
                self.states[routed.state.pid] = routed.state
            self.events.append(taken)
            self.audit += routed.audit
            verdicts.append(routed.audit[0])
        return verdicts

    def tell(self, planned: AuditRecord, lane: str, word: str, action: str | None = None, **more: Any) -> AuditRecord:
        """An outcome of the delivery to that lane."""
        leg = leg_of(planned, lane, action)
        about = {"pid": planned.pid, "controller": planned.controller, "event_id": planned.event_id}
        made = {"kind": "outcome", "cycle": 0, "attempt": 1, "at": NOW, **about, **more}
        told = AuditRecord(
            record_id=outcome_record_id(made["kind"], leg.delivery_id or "", made["cycle"], word, made["attempt"]),
            delivery_id=leg.delivery_id,
            lane=leg.lane,
            action=leg.action,
            outcome=word if made["kind"] == "outcome" else None,
            origin=planned.origin,
            software="tests/1",
            **made,
        )
        self.audit.append(told)
        return told

    def settle(self, planned: AuditRecord) -> None:
        """Let every lane do what it is due."""
        for leg in planned.legs or ():
            if leg.kind == "delivery":
                self.tell(planned, leg.lane or "", "executed", leg.action)

    def connect(self, lane: Lane, done_at: int = NOW) -> list[AuditRecord]:
        """Let the routers know one more connection, and bring it what stands, until then; the records of that."""
        self.desk = replace(self.desk, lanes=(*self.desk.lanes, lane))
        command = Command(command_id="c", name="router.backfill", lane=None, args={}, by="eva", reason="new", at=NOW)
        errand = Errand(self.desk, lane, command)
        made: list[AuditRecord] = []
        for planned in [one for one in self.audit if one.kind == "planned"]:
            state = self.states.get(planned.pid or "")
            if planned.event and planned.event.kind in PROTECTIVE and (got := errand.brought(planned, state, NOW)):
                made += got.audit
                if got.state:
                    self.states[got.state.pid] = got.state
        ended = AuditRecord(
            record_id="e" * 64, kind="command", at=done_at, lane=lane.name, command=command.ref,
            origin=Origin(topic=topics.CONTROL, partition=0, offset=0), policy=errand.policy.ref, software="tests/1",
        )  # fmt: skip
        self.audit += [*made, ended]
        return made

    def close_requests(self) -> None:
        """Let the closer say what it says, of all that stands in the audit."""
        book = Book()
        log: list[AuditRecord] = []
        for record in self.audit:
            if record.kind == "planned" and record.event and record.event.kind in MAKES_REQUEST:
                book.open(record)
            elif record.kind in {"outcome", "cycle"}:
                book.hear(f"{record.pid}|{record.event_id}", record)
            log += [record, *book.collect().facts]
        self.audit = log

    def change(self, number: int, change: Callable[[AuditRecord], AuditRecord | None]) -> None:
        """Falsify a record of the audit; None: take it out."""
        after = change(self.audit[number])
        self.audit[number : number + 1] = [after] if after else []

    def asked(self, of: Slice = EVERYBODY, end: int | None = None) -> Inquiry:
        """All of it read, or the records before `end`; not ended."""
        law = Law(self.desk.config, self.desk.lanes, PEPPER, self.desk.home)
        left = self.audit[self.cut : end]
        judged = (judged_at(encode(record), HOME) for record in left)
        since = next((at for at in judged if at is not None), 10 * len(self.events)) if self.cut else 0
        inquiry = Inquiry(law, HOME, of, since)
        inquiry.matching.begins = max(self.begins, since)
        inquiry.matching.feed(taken for taken in self.events if taken.offset >= inquiry.matching.begins)
        for offset, record in enumerate(left, self.cut):
            inquiry.take(offset, (record.pid or record.record_id).encode(), encode(record), NOW)
        return inquiry

    def found(self, now: int = LATER, lost: tuple[str, ...] = (), router_at: int = 10_000) -> list[Finding]:
        inquiry = self.asked()
        inquiry.end(router_at, now)
        inquiry.hearing.close(now, lost)
        return inquiry.findings

    def kinds(self, now: int = LATER, **more: Any) -> list[str]:
        return [one.kind for one in self.found(now, **more)]


def leg_of(planned: AuditRecord, lane: str, action: str | None = None) -> Leg:
    found = [leg for leg in planned.legs or () if leg.lane == lane and leg.kind == "delivery"]
    return next(leg for leg in found if action in {None, leg.action})


def without(planned: AuditRecord, lane: str) -> AuditRecord:
    return planned.changed(legs=tuple(leg for leg in planned.legs or () if leg.lane != lane))
