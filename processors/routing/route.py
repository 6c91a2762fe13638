"""The router's decision about one record: pure, so that all of it is tested without Kafka."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from processors.plan import Plan, plan
from processors.planning.routes import UNBOUND
from processors.routing.carrying import HOLD_LIFTED, REOPENED, deliveries, sorted_out
from processors.routing.identities import (
    digest_of,
    found,
    granted_since,
    is_about_all,
    is_of_its_own,
    kept_for_later,
    names_of,
    own_of,
    remembered,
    reopened_names,
)
from processors.routing.incoming import Incoming, Routed
from processors.routing.reject import reject
from schemas.codec import decode
from schemas.drafts import Series
from schemas.errors import DataError, InvalidRecord, UndecodableRecord
from schemas.events import ConsentEvent
from schemas.ids import begun_leg_id, content_hash, origin_record_id, outcome_record_id
from schemas.records import AuditRecord, EventFacts
from schemas.state import SubjectState
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from processors.planning.reopening import Reopened
    from processors.routing.desk import Desk
    from processors.routing.identities import Own
    from schemas.contract import Sealed
    from schemas.drafts import Draft
    from schemas.events import Identity
    from schemas.policy import Policy
    from schemas.records import Delivery, Leg, Named

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
        state = state_of(person) or SubjectState(pid=person, controller=event.controller)
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
        own = own_of(self.event, self.pid, self.desk)
        named = digest_of(own.told)
        made = plan(self.event, state, self.policy, lanes, self.incoming.log_time, self.digest, named)
        return self.result(made, state, own)

    def result(self, made: Plan, state: SubjectState, own: Own) -> Routed:
        """What a plan leads to: its records. `state`: what stood before it; own: what the event names."""
        is_new = made.verdict != "duplicate"
        audit = [self.planned(made, own.told if is_new else None)]
        if made.clock_corrected:
            audit.append(self.clock_corrected(made))
        audit += [self.begun_anew(one) for one in made.reopened]
        drafts, unbound = sorted_out(made.legs.drafts, self.event.controller, self.policy)
        whole, identities = self.whole(made, state, own)
        after = remembered(self.event, made, state, own.sealed, own.told) if is_new else made.state
        return Routed(
            verdict=made.verdict,
            audit=tuple(audit),
            deliveries=self.carried(made, drafts, whole, identities, after),
            state=kept_for_later(state, after, whole) if after is not state else None,
            unbound=unbound + sum(one.leg.outcome == UNBOUND for one in made.reopened),
        )

    def whole(self, made: Plan, state: SubjectState, own: Own) -> tuple[Sealed | None, tuple[Identity, ...]]:
        """What deliveries find the person by: the event's own, with all that is known where it is about all."""
        event = self.event
        knows = state.identities or made.reopened
        is_narrow = not is_about_all(event, own.sealed) or is_of_its_own(event, made, state, own)
        if made.verdict == "duplicate" or not knows or is_narrow:
            return own.sealed, own.identities
        identities = found(own.identities, made, state, self.desk)
        return self.desk.seals.seal_identities(identities, self.pid, event.event_id), identities

    def carried(
        self,
        made: Plan,
        drafts: tuple[Draft[Delivery], ...],
        sealed: Sealed | None,
        identities: tuple[Identity, ...],
        after: SubjectState,
    ) -> Series[Delivery]:
        if not drafts and not made.reopened:
            return Series()
        event = self.event
        common = {
            "event_id": event.event_id,
            "pid": self.pid,
            "sealed": sealed,
            "received_at": made.received_at,
            "due_at": 0,
            "occurred_at": made.occurred_at,
            "origin": self.incoming.origin,
            "names": names_of(identities, self.pid, self.desk),
        }
        older = [(one.of.event_id, reopened_names(one, self.pid, self.desk)) for one in made.reopened]
        granted = None
        if since := granted_since(event, after, self.desk):
            again = self.desk.seals.seal_identities(since, self.pid, event.event_id)
            granted = {**common, "sealed": again, "names": names_of(since, self.pid, self.desk)}
        return deliveries(made, drafts, common, event.controller, self.policy, older=dict(older), granted=granted)

    def begun_anew(self, one: Reopened) -> AuditRecord:
        """A leg of an older event starts again, under that event's id."""
        leg = one.leg
        leg_id = begun_leg_id(self.pid, one.of.event_id, leg.delivery_id, leg.recipient)
        return self.record("cycle").changed(
            record_id=outcome_record_id("cycle", leg_id, REOPENED, HOLD_LIFTED, 0),
            event_id=one.of.event_id,
            delivery_id=leg.delivery_id,
            cycle=REOPENED,
            lane=leg.lane,
            action=leg.action,
            legs=(leg,),
            reason=HOLD_LIFTED,
        )

    def planned(self, made: Plan, told: Named | None) -> AuditRecord:
        """One record per event, with its facts and all its legs; duplicates and stale ones say so."""
        event = self.event
        facts = EventFacts(
            kind=event.kind,
            purposes=event.purposes,
            channels=event.channels,
            data_domain=event.data_domain,
            jurisdiction=event.jurisdiction,
            lawful_basis=event.lawful_basis,
            expressed_by=event.expressed_by,
            verified_by=event.verified_by,
            method=event.method,
            evidence=event.evidence,
            published_by=event.published_by,
            supersedes=event.supersedes,
            occurred_at=made.occurred_at,
            received_at=made.received_at,
            content_hash=self.digest,
            until=event.until,
            age=event.age,
            named=told,
            vendors_told=event.vendors_told,
        )
        # Kept as a series, so that nobody makes the legs just to encode them.
        legs = cast("tuple[Leg, ...]", made.legs) if made.verdict == "planned" else None
        return self.record(made.verdict, event=facts, legs=legs, reason=made.reason)

    def clock_corrected(self, made: Plan) -> AuditRecord:
        fields = ",".join(made.clock_corrected)
        return self.record("clock_corrected", reason="outside_what_can_be", field=fields)

    def record(self, kind: str, **more: Any) -> AuditRecord:
        return AuditRecord(
            record_id=origin_record_id(kind, self.incoming.origin),
            kind=kind,
            at=self.incoming.log_time,
            pid=self.pid,
            controller=self.event.controller,
            event_id=self.event.event_id,
            policy=self.policy.ref,
            origin=self.incoming.origin,
            software=SOFTWARE,
            **more,
        )
