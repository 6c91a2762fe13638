"""What stands is brought to a lane that is new; by the same rules as if it had been there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_support import ANALYTICS, CAMPAIGNS, CRM, POLICY
from routing_support import DESK, EMAIL, MINUTE, NOW, SEALS, event, incoming

from processors.planning.bars import bars
from processors.planning.choices import Standing
from processors.routing.bringing import KNOWN, MISSING, NEVER, NOT_DUE, OVER, WHY, Brought, Errand
from processors.routing.route import route
from schemas.connections import parse_config
from schemas.ids import delivery_id
from schemas.records import Command

if TYPE_CHECKING:
    from processors.lane import Lane
    from schemas.events import ConsentEvent
    from schemas.records import AuditRecord
    from schemas.state import SubjectState

LATER = NOW + 60 * 24 * 400 * MINUTE
COMMAND = Command(command_id="c", name="router.backfill", lane=None, args={}, by="eva", reason="new", at=LATER)


BOTH = replace(
    DESK, config=parse_config({"controllers": {name: {"policy": name} for name in ("oomnis", "osows")}}, "tests")
)


def before(*events: ConsentEvent, lanes: tuple[Lane, ...] = ()) -> tuple[list[AuditRecord], SubjectState]:
    """What the audit says of these events and what stands, with these lanes alone."""
    desk, state, past = replace(BOTH, lanes=lanes), None, []
    for one in events:
        routed = route(incoming(one), desk, lambda _, known=state: known)  # type: ignore[misc]
        state = routed.state or state
        past += [record for record in routed.audit if record.kind == "planned"]
    assert state is not None
    return past, state


def brought(*events: ConsentEvent, lane: Lane = CRM, lanes: tuple[Lane, ...] = ()) -> list[Brought]:
    past, state = before(*events, lanes=lanes)
    errand = Errand(BOTH, lane, COMMAND)
    found: list[Brought] = []
    for one in past:
        if one.event and one.event.kind != "consent.granted":
            made = errand.brought(one, state, LATER)
            assert made is not None
            found.append(made)
            state = made.state or state
    return found


def by(number: int, kind: str, at: int, purposes: list[str] | None = None, **more: Any) -> ConsentEvent:
    return event(number, kind, at, purposes, **{"identities": [EMAIL], **more})


def test_a_withdrawal_that_stands_is_brought_as_a_leg_of_its_event() -> None:
    wish = by(1, "withdraw", 0, ["surveys"])
    (made,) = brought(wish, lane=CAMPAIGNS, lanes=(CRM,))
    (delivery,), (record,) = made.deliveries, made.audit
    own = delivery_id("oomnis", wish.event_id, CAMPAIGNS.name, "withdraw", POLICY.version)
    assert made.words == ("withdraw",)
    assert (delivery.delivery_id, delivery.cycle, delivery.lane) == (own, 0, CAMPAIGNS.name)
    assert (delivery.event_id, delivery.purposes, delivery.occurred_at) == (
        wish.event_id, ("surveys",), wish.occurred_at,
    )  # fmt: skip
    assert delivery.due_at > delivery.received_at == LATER, "nobody is late with what was never asked of them"
    opened = SEALS.open_identities(delivery.sealed, delivery.pid, delivery.event_id)
    assert [one.value for one in opened] == [EMAIL["value"]]
    assert (record.kind, record.event_id, record.delivery_id, record.cycle) == ("cycle", wish.event_id, own, 0)
    assert record.reason == WHY
    assert record.command == COMMAND.ref
    assert record.legs
    assert record.legs[0].delivery_id == own
    assert record.event, "of its request, which may be forgotten"
    assert (record.event.kind, record.event.received_at) == ("consent.withdrawn", LATER)


@pytest.mark.parametrize("jurisdiction", ["HK", None])
def test_a_deadline_that_counts_from_when_the_person_sent_it_begins_with_the_command_too(
    jurisdiction: str | None,
) -> None:
    wish = by(1, "withdraw", 0, ["surveys"], channels=["email"], jurisdiction=jurisdiction)
    (made,) = brought(wish, lane=CAMPAIGNS)
    (delivery,) = made.deliveries
    assert delivery.due_at > delivery.received_at == LATER


def test_what_a_newer_choice_or_an_erasure_took_the_place_of_is_not_brought() -> None:
    (made,) = brought(by(1, "withdraw", 0, ["surveys"]), by(2, "grant", 5, ["surveys"]), lane=CAMPAIGNS)
    assert made == Brought((OVER,))
    first, last = brought(by(1, "withdraw", 0, ["surveys"]), by(2, "delete", 5), lane=CAMPAIGNS)
    assert first.words == (OVER,)
    assert last.words == (MISSING,)


def test_only_the_part_that_stands_is_brought() -> None:
    wish = by(1, "withdraw", 0, ["surveys", "marketing-campaigns"])
    (made,) = brought(wish, by(2, "grant", 5, ["surveys"]), lane=CAMPAIGNS)
    assert [one.purposes for one in made.deliveries] == [("marketing-campaigns",)]


def test_a_lane_that_was_told_is_not_told_again() -> None:
    (made,) = brought(by(1, "withdraw", 0, ["surveys"]), lane=CAMPAIGNS, lanes=(CAMPAIGNS,))
    assert made == Brought((KNOWN,))


def test_an_erasure_whose_identities_are_forgotten_ends_as_failed() -> None:
    (made,) = brought(by(1, "delete", 0))
    assert (made.words, list(made.deliveries)) == ((MISSING,), [])
    (record,) = made.audit
    assert record.legs
    (leg,) = record.legs
    assert (leg.kind, leg.outcome, leg.reason, leg.action) == ("none", "failed", "missing_identity", "delete")
    assert leg.delivery_id == record.delivery_id


def test_an_erasure_of_somebody_who_came_back_is_carried_out_and_what_they_chose_since_is_sent_behind_it() -> None:
    (made,) = brought(by(1, "delete", 0), by(2, "grant", 5, ["surveys"]), lane=replace(CRM, serves=CAMPAIGNS.serves))
    assert made.words == ("delete", "grant")
    assert [one.action for one in made.deliveries] == ["delete", "grant"]
    assert len({one.event_id for one in made.deliveries}) == 1


def test_what_a_hold_keeps_is_noted_for_its_end() -> None:
    hold, wish = event(1, "hold.placed", 0, ["rights-defence"]), by(2, "delete", 2)
    *_, made = brought(hold, wish, lanes=(ANALYTICS,))
    assert "retained" in made.words
    lift = event(3, "hold.lifted", 9, supersedes=hold.event_id)
    state = made.state or before(hold, wish, lanes=(ANALYTICS,))[1]
    routed = route(incoming(lift), replace(DESK, lanes=(CRM,)), lambda _: state)
    assert [(one.lane, one.action, one.cycle) for one in routed.deliveries] == [(CRM.name, "delete", 1)]


def test_a_lane_for_other_jurisdictions_hears_nothing() -> None:
    elsewhere = replace(CAMPAIGNS, regions=frozenset({"HK"}))
    (made,) = brought(by(1, "withdraw", 0, ["surveys"], jurisdiction="EEA"), lane=elsewhere)
    assert (made.words, made.audit, list(made.deliveries)) == ((NOT_DUE,), (), [])


@pytest.mark.parametrize("kind", ["access.requested", "correction.requested", "restriction.requested"])
def test_what_a_backfill_never_brings_is_not_said_to_stand_no_more(kind: str) -> None:
    (made,) = brought(by(1, kind, 0))
    assert made == Brought((NEVER,))


def test_work_that_the_vendor_has_no_call_for_is_a_task() -> None:
    by_hand = replace(CAMPAIGNS, actions=frozenset({"grant"}))
    (made,) = brought(by(1, "withdraw", 0, ["surveys"]), lane=by_hand)
    (record,) = made.audit
    assert made.words == ("manual_task",)
    assert record.delivery_id
    assert record.legs
    assert record.legs[0].delivery_id == record.delivery_id


def test_another_controllers_events_and_strangers_are_passed_over() -> None:
    (planned,), state = before(by(1, "withdraw", 0, ["surveys"]))
    errand = Errand(DESK, CAMPAIGNS, COMMAND)
    assert errand.brought(planned.changed(controller="omigroup"), state, LATER) is None
    assert errand.brought(planned, None, LATER) == Brought((OVER,))


def test_an_optout_that_bars_a_later_consent_stands_although_that_is_the_newer_choice() -> None:
    ads = replace(ANALYTICS, name="ads", controller="osows", serves=frozenset({"google-adsense"}))
    there: dict[str, Any] = {"controller": "osows", "jurisdiction": "US-CA"}
    out = by(1, "optout.sale", 0, **there)
    (alone,) = brought(out, lane=ads)
    (made,) = brought(out, by(2, "grant", 5, ["targeted-advertising"], **there), lane=ads)
    assert alone.words == made.words == ("withdraw",)
    assert [one.purposes for one in alone.deliveries] == [one.purposes for one in made.deliveries]


_HISTORY = st.lists(
    st.tuples(
        st.sampled_from(["grant", "withdraw"]),
        st.integers(0, 20),
        st.sampled_from([["surveys"], ["marketing-campaigns"], ["surveys", "marketing-campaigns"], None]),
        st.sampled_from([(), ("email",), ("sms", "email"), ("post",)]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(_HISTORY)
@pytest.mark.filterwarnings("ignore")
def test_whatever_came_before_all_that_stands_withdrawn_is_brought_and_nothing_else(history: Any) -> None:
    events = [
        by(number, kind, at, purposes, channels=channels)
        for number, (kind, at, purposes, channels) in enumerate(history, 1)
    ]
    _, state = before(*events)
    standing = Standing.of(POLICY, state.choices, bars(POLICY, state.marks))
    wanted = {
        (purpose, channel)
        for recipient in CAMPAIGNS.serves
        for purpose in POLICY.carried(recipient, "pii")
        if purpose in POLICY.withdrawable
        for channel in CAMPAIGNS.channels
        if standing.is_withdrawn(purpose, channel)
    }
    told = set()
    for made in brought(*events, lane=CAMPAIGNS):
        for one in made.deliveries:
            taken = {(cell.purpose, cell.channel) for cell in one.overtaken}
            told |= {(p, c) for p in one.purposes for c in one.channels if (p, c) not in taken}
    assert told == wanted
