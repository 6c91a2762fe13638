"""The router's decision about one record: pure, so that all of it is tested without Kafka."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from processors.plan import Plan, plan
from processors.planning.case import KEPT
from processors.routing.incoming import Incoming, Routed
from processors.routing.reject import reject
from schemas.codec import decode
from schemas.contract import defaults_of, maker
from schemas.drafts import Draft, Series
from schemas.errors import DataError, InvalidRecord, UndecodableRecord
from schemas.events import ConsentEvent
from schemas.ids import content_hash, origin_record_id
from schemas.records import AuditRecord, Delivery, EventFacts, SubjectState
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from processors.routing.desk import Desk
    from schemas.policy import Policy
    from schemas.records import Leg

_audit, _facts, _state = maker(AuditRecord), maker(EventFacts), maker(SubjectState)
_BARE, _UNKNOWN = defaults_of(AuditRecord), defaults_of(SubjectState)
"""What stands in a record about which nothing more is said; and of a person of whom nothing is known."""
StateOf = Callable[[str], SubjectState | None]


def route(incoming: Incoming, desk: Desk, state_of: StateOf) -> Routed:
    """Everything that follows from one record. `state_of`: pid → what stands for that person so far.

    Never raises for a bad record: that is a dead letter with its audit record.
    """
    policy = None
    try:
        if incoming.value is None:
            raise UndecodableRecord("the record has no value")
        event = decode(ConsentEvent, incoming.value)
        home = desk.home(event.subject_id)
        if home != incoming.here:
            if incoming.forwarded:
                raise InvalidRecord("was forwarded here, but its home is elsewhere", reason="partition_mismatch")
            return _forward(incoming, event, home, desk)
        policy = desk.policy_for(event, incoming.log_time)
        person = desk.pid(event)
        _check_seal(event, person, desk)
        state = state_of(person) or _state({**_UNKNOWN, "pid": person, "controller": event.controller})
        case = Case(incoming, event, policy, desk, person, content_hash(desk.pepper, event))
        return case.routed(state)
    except DataError as error:
        return reject(incoming, error, desk, policy)


def _check_seal(event: ConsentEvent, person: str, desk: Desk) -> None:
    """What a publisher sealed must open here: on a lane, it would stop everybody behind it."""
    if event.sealed and event.sealed.key_id != desk.seals.people.key_id:
        raise InvalidRecord("was sealed under a key that this relay doesn't hold", field="sealed.key_id")
    try:
        desk.seals.open_identities(event.sealed, person, event.event_id)
    except DataError:
        raise InvalidRecord("doesn't open as identities of this person and event", field="sealed.bytes") from None


def _forward(incoming: Incoming, event: ConsentEvent, home: int, desk: Desk) -> Routed:
    record = AuditRecord(
        record_id=origin_record_id("forwarded", incoming.origin),
        kind="forwarded",
        at=incoming.log_time,
        pid=desk.pid(event),
        controller=event.controller if event.controller in desk.config.controllers else None,
        event_id=event.event_id,
        reason="not_its_home_partition",
        origin=incoming.origin,
        software=SOFTWARE,
    )
    key = event.subject_id.encode()
    return Routed(verdict="forwarded", audit=(record,), home=home, key=key)


class Case(NamedTuple):
    """One valid event at home, and what it is judged by."""

    incoming: Incoming
    event: ConsentEvent
    policy: Policy
    desk: Desk
    pid: str
    digest: str

    def routed(self, state: SubjectState) -> Routed:
        lanes = self.desk.lanes_by_controller[self.event.controller]
        made = plan(self.event, state, self.policy, lanes, self.incoming.log_time, self.digest)
        return self.result(made, state)

    def result(self, made: Plan, state: SubjectState) -> Routed:
        """What a plan leads to: its records. `state`: what stood before it."""
        audit = [self.planned(made)]
        if made.clock_corrected:
            audit.append(self.clock_corrected(made))
        drafts, tasks = _sorted_out(made.legs.drafts, self.event.controller, self.policy)
        return Routed(
            verdict=made.verdict,
            audit=tuple(audit),
            deliveries=self.deliveries(made, drafts),
            state=made.state if made.state is not state else None,
            tasks=tasks,
        )

    def planned(self, made: Plan) -> AuditRecord:
        """One record per event, with its facts and all its legs; duplicates and stale ones say so."""
        event = self.event
        facts = _facts(
            {
                "kind": event.kind,
                "purposes": event.purposes,
                "channels": event.channels,
                "data_domain": event.data_domain,
                "jurisdiction": event.jurisdiction,
                "lawful_basis": event.lawful_basis,
                "expressed_by": event.expressed_by,
                "verified_by": event.verified_by,
                "method": event.method,
                "evidence": event.evidence,
                "published_by": event.published_by,
                "supersedes": event.supersedes,
                "occurred_at": made.occurred_at,
                "received_at": made.received_at,
                "content_hash": self.digest,
                "until": event.until,
                "age": event.age,
            }
        )
        # Kept as a series, so that nobody makes the legs just to encode them.
        legs = cast("tuple[Leg, ...]", made.legs) if made.verdict == "planned" else None
        return self.record(made.verdict, event=facts, legs=legs, reason=made.reason)

    def clock_corrected(self, made: Plan) -> AuditRecord:
        fields = ",".join(made.clock_corrected)
        return self.record("clock_corrected", reason="outside_what_can_be", field=fields)

    def record(self, kind: str, **more: Any) -> AuditRecord:
        return _audit(
            {
                **_BARE,
                "record_id": origin_record_id(kind, self.incoming.origin),
                "kind": kind,
                "at": self.incoming.log_time,
                "pid": self.pid,
                "controller": self.event.controller,
                "event_id": self.event.event_id,
                "policy": self.policy.ref,
                "origin": self.incoming.origin,
                "software": SOFTWARE,
                **more,
            }
        )

    def deliveries(self, made: Plan, drafts: tuple[Draft[Delivery], ...]) -> Series[Delivery]:
        """One per leg that goes to a lane, all with the same sealed identities: they are of one person and event."""
        if not drafts:
            return Series()
        event = self.event
        sealed = event.sealed or self.desk.seals.seal_identities(event.identities, self.pid, event.event_id)
        common = {
            "event_id": event.event_id,
            "pid": self.pid,
            "sealed": sealed,
            "received_at": made.received_at,
            "due_at": made.legs.common["due_at"],
            "occurred_at": made.occurred_at,
            "origin": self.incoming.origin,
        }
        return Series(drafts, [delivery_id for delivery_id in made.legs.ids if delivery_id], common)


_OF_THE_EVENT = ("delivery_id", "event_id", "pid", "sealed", "received_at", "due_at", "occurred_at", "origin")
_OF_THE_LEG = ("lane", "action", "purposes", "channels", "all_purposes", "overtaken", "rule")


@lru_cache(KEPT)
def _sorted_out(
    legs: tuple[Draft[Leg], ...], controller: str, policy: Policy
) -> tuple[tuple[Draft[Delivery], ...], int]:
    """The deliveries among these legs, drafted; and how many open tasks."""
    kinds = Counter(leg.values["kind"] for leg in legs)
    deliveries = tuple(
        Draft(
            Delivery, _OF_THE_EVENT, cycle=0, controller=controller, policy=policy.ref,
            **{name: leg.values[name] for name in _OF_THE_LEG},
        )
        for leg in legs
        if leg.values["kind"] == "delivery"
    )  # fmt: skip
    return deliveries, kinds["task"]
