"""What one planned event of the past brings to a lane that wasn't there then. Pure."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from processors.planning.case import Case, open_case
from processors.planning.clock import Moments
from processors.planning.erasing import noted
from processors.planning.legs import LegDraft, legs_of
from processors.planning.made import Plan
from processors.planning.standing import as_of_now, can_stand, standing_legs
from processors.routing.carrying import deliveries, sorted_out
from processors.routing.identities import kept_for_later, left, names_of
from schemas.contract import defaults_of, maker
from schemas.drafts import Series
from schemas.events import ConsentEvent
from schemas.ids import delivery_id, outcome_record_id
from schemas.records import AuditRecord
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from processors.lane import Lane
    from processors.routing.desk import Desk
    from schemas.policy import Policy
    from schemas.records import Command, Delivery, EventFacts, Leg
    from schemas.state import SubjectState

_event, _BARE = maker(ConsentEvent), defaults_of(ConsentEvent)
_SAID = (
    "kind",
    "purposes",
    "channels",
    "data_domain",
    "jurisdiction",
    "lawful_basis",
    "expressed_by",
    "verified_by",
    "method",
    "evidence",
    "occurred_at",
    "published_by",
    "supersedes",
    "until",
    "age",
)
WHY = "backfill"
KNOWN, OVER, NOT_DUE, NO_POLICY = "had_it_already", "stands_no_more", "not_due_there", "not_in_policy"
MISSING, NEVER = "missing_identity", "not_brought"


class Brought(NamedTuple):
    """words: what came of it, one for each leg; state: None: as it was."""

    words: tuple[str, ...]
    audit: tuple[AuditRecord, ...] = ()
    deliveries: Series[Delivery] = Series()
    state: SubjectState | None = None


class Errand:
    """To bring a lane what stands, because somebody wants it: one object as long as that takes."""

    def __init__(self, desk: Desk, lane: Lane, command: Command) -> None:
        self.desk = desk
        self.lane = lane
        self.command = command
        self._lanes = (lane,)  # asks are known by its identity

    @cached_property
    def policy(self) -> Policy:
        """The one in force when it was wanted: an older one may not know the recipient."""
        return self.desk.policy_at(self.lane.controller, self.command.at)

    def brought(self, planned: AuditRecord, state: SubjectState | None, now: int) -> Brought | None:
        """For a planned event; None: it is none of this lane's controller. state: of the person, as of now."""
        if planned.controller != self.lane.controller or planned.event is None:
            return None
        if any(leg.lane == self.lane.name for leg in planned.legs or ()):
            return Brought((KNOWN,))
        if not can_stand(planned.event.kind):
            return Brought((NEVER,))
        if state is None:
            return Brought((OVER,))
        event = as_of_now(_event_of(planned, planned.event), self.policy)
        if event is None:
            return Brought((NO_POLICY,))
        moments = Moments(event.occurred_at, self.command.at, ())
        # Nobody is late with what was never asked of them, though the person sent it long ago.
        case = open_case(event, self.policy, self._lanes, moments, sent_at=self.command.at)
        drafts = standing_legs(case, state)
        return self._carried(planned, case, drafts, state, now) if drafts else Brought((OVER,))

    def _carried(
        self, planned: AuditRecord, case: Case, drafts: tuple[LegDraft, ...], state: SubjectState, now: int
    ) -> Brought:
        event = case.event
        known = left(state, event.event_id, self.desk)
        sealed = self.desk.seals.seal_identities(known, state.pid, event.event_id)
        if sealed is None:
            drafts = tuple(_failed(draft) if draft.values["kind"] == "delivery" else draft for draft in drafts)
        legs = legs_of(case, drafts)
        told = [(leg, self._word(leg)) for leg in legs]
        common = {
            "event_id": event.event_id, "pid": state.pid, "sealed": sealed, "received_at": self.command.at,
            "due_at": 0, "occurred_at": event.occurred_at, "origin": planned.origin,
            "names": names_of(known, state.pid, self.desk),
        }  # fmt: skip
        made = Plan("planned", None, event.occurred_at, self.command.at, (), legs, state)
        to_carry, _ = sorted_out(legs.drafts, event.controller, self.policy)
        kept = {one for leg in legs if leg.outcome == "retained" for one in (leg.recipient or "").split("+")}
        after = noted(case, state, tuple(sorted(kept)))
        return Brought(
            tuple(word for _, word in told),
            tuple(self._begun(planned, leg, now) for leg, word in told if word != NOT_DUE),
            deliveries(made, to_carry, common, event.controller, self.policy),
            None if after is state else kept_for_later(state, after, sealed),
        )

    def _word(self, leg: Leg) -> str:
        if leg.kind == "delivery":
            return leg.action or ""
        if leg.kind == "task":
            return leg.outcome or leg.kind
        if leg.outcome == "retained":
            return leg.outcome
        return MISSING if leg.reason == MISSING else NOT_DUE

    def _begun(self, planned: AuditRecord, leg: Leg, now: int) -> AuditRecord:
        """It belongs to the event of then, as its first cycle on this lane."""
        event_id, lane = planned.event_id or "", self.lane.name
        about = delivery_id(self.lane.controller, event_id, lane, leg.action or "", self.policy.version)
        leg = leg if leg.delivery_id else leg.changed(delivery_id=about)
        more: dict[str, Any] = {"pid": planned.pid, "controller": planned.controller, "event_id": event_id}
        if planned.event is not None:
            # Its request may be forgotten; and what the state keeps of it has to be known from the audit, too.
            more["event"] = planned.event.changed(received_at=self.command.at)
        return AuditRecord(
            record_id=outcome_record_id("cycle", about, 0, WHY, 0),
            kind="cycle",
            at=now,
            delivery_id=about,
            cycle=0,
            lane=lane,
            action=leg.action,
            legs=(leg,),
            reason=WHY,
            command=self.command.ref,
            policy=self.policy.ref,
            origin=planned.origin,
            software=SOFTWARE,
            **more,
        )


def _event_of(planned: AuditRecord, facts: EventFacts) -> ConsentEvent:
    """The event by its facts, without what names the person."""
    said = {name: getattr(facts, name) for name in _SAID}
    own = {"event_id": planned.event_id, "controller": planned.controller, "subject_id": ""}
    return _event({**_BARE, **said, **own})


def _failed(draft: LegDraft) -> LegDraft:
    """Nobody can find the person there: what they were known by is forgotten."""
    return LegDraft("", ("delivery_id",), **(draft.values | {"kind": "none", "outcome": "failed", "reason": MISSING}))
