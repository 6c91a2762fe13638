"""Whatever arrives, in whatever order: an oracle that looks at all events at once must agree with the planner."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_support import ANALYTICS, CAMPAIGNS, CRM, POLICY, cells, event, run

from processors.planning.choices import Standing
from processors.planning.routes import switchable
from schemas.drafts import Series
from schemas.events import CHANNELS, ConsentEvent

if TYPE_CHECKING:
    from processors.plan import Plan

EMAIL_AND_SMS = replace(CAMPAIGNS, channels=("email", "sms"))
LANES = (CRM, EMAIL_AND_SMS, ANALYTICS)
PURPOSES = ("marketing-campaigns", "campaign-analytics", "surveys", "comms-marketing", "prospecting", "payments")
Cell = tuple[str, str]


def _event(number: int, action: str, at: int, purposes: list[str] | None, channels: list[str]) -> ConsentEvent:
    if action == "delete":
        return event(number, action, at)
    return event(number, action, at, purposes, channels=tuple(channels))


def _events(*, distinct: bool) -> st.SearchStrategy[list[ConsentEvent]]:
    one = st.tuples(
        st.sampled_from(["grant", "withdraw", "grant", "withdraw", "delete"]),
        st.integers(0, 50 if distinct else 3),
        st.none() | st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3, unique=True),
        st.just([]) | st.lists(st.sampled_from(["email", "sms", "web"]), max_size=2, unique=True),
    )
    several = st.lists(one, min_size=1, max_size=7, unique_by=(lambda row: row[1]) if distinct else None)
    return several.map(lambda rows: [_event(number, *row) for number, row in enumerate(rows, 1)])


def _touched(one: ConsentEvent) -> set[Cell]:
    purposes = POLICY.purposes_of("pii") if one.purposes is None else POLICY.with_followers(one.purposes)
    return set(product(purposes, one.channels or CHANNELS))


def _rank(one: ConsentEvent) -> tuple[int, bool]:
    return one.occurred_at, one.kind != "consent.granted"


def _standing(arrived: list[ConsentEvent]) -> dict[Cell, ConsentEvent]:
    """The oracle: per cell the newest choice that no deletion has outlived."""
    erased_at = max((one.occurred_at for one in arrived if one.kind == "deletion.requested"), default=-1)
    choices = [o for o in arrived if o.kind != "deletion.requested" and o.occurred_at > erased_at]
    ranked = sorted(choices, key=lambda one: (*_rank(one), one.event_id))
    return {cell: one for one in ranked for cell in _touched(one)}


def _granted(arrived: list[ConsentEvent]) -> set[Cell]:
    return {cell for cell, one in _standing(arrived).items() if one.kind == "consent.granted"}


@settings(max_examples=40)
@given(_events(distinct=False), st.data())
def test_what_stands_never_depends_on_the_order_of_arrival(events: list[ConsentEvent], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(events))
    first, second = run(*events)[-1].state, run(*shuffled)[-1].state
    assert (first.choices, first.erased_at) == (second.choices, second.erased_at)
    standing = Standing.of(POLICY, first.choices)
    found = {
        cell: c.event_id for cell in product(POLICY.purposes_of("pii"), CHANNELS) if (c := standing.effective(*cell))
    }
    assert found == {cell: one.event_id for cell, one in _standing(events).items()}


@settings(max_examples=40)
@given(_events(distinct=True))
def test_a_leg_holds_exactly_the_cells_in_which_its_event_is_the_newest(events: list[ConsentEvent]) -> None:
    lanes = (EMAIL_AND_SMS, ANALYTICS)
    for arrived, made in zip(range(len(events)), run(*events, lanes=lanes), strict=True):
        one, before = events[arrived], _standing(events[:arrived])
        if one.kind == "deletion.requested" or (made.reason or "").endswith("_erasure"):
            continue
        newest = {cell for cell in _touched(one) if cell not in before or _rank(one) >= _rank(before[cell])}
        for lane in lanes:
            reach = set(product(switchable(POLICY, lane), lane.channels))
            legs = [cells(leg) for leg in made.legs if leg.lane == lane.name and leg.kind == "delivery"]
            assert legs == ([newest & reach] if newest & reach else [])


@settings(max_examples=40)
@given(_events(distinct=True), st.data())
def test_repeats_change_nothing(events: list[ConsentEvent], data: st.DataObject) -> None:
    repeated = data.draw(st.integers(0, len(events) - 1))
    later = data.draw(st.integers(repeated + 1, len(events)))
    plans = run(*events[:later], events[repeated], *events[later:])
    made = plans.pop(later)
    assert (made.verdict, made.legs) == ("duplicate", Series())
    assert plans == run(*events)


class _Vendors:
    """What the vendors hold after a plan's deliveries: granted cells, and one switch per channel at the CRM."""

    def __init__(self) -> None:
        self.granted: dict[str, set[Cell]] = {lane.name: set() for lane in LANES}

    def carry_out(self, made: Plan) -> None:
        for leg in made.legs:
            if leg.kind != "delivery" or leg.lane is None:
                continue
            held = self.granted[leg.lane]
            told = cells(leg) if leg.lane != CRM.name else {("switch", channel) for channel in leg.channels}
            if leg.action == "grant":
                held |= told
            elif leg.action == "withdraw":
                held -= told
            else:
                held.clear()


@settings(max_examples=40)
@given(_events(distinct=True))
def test_no_vendor_ever_holds_a_grant_that_a_newer_choice_took_back(events: list[ConsentEvent]) -> None:
    vendors = _Vendors()
    for number, made in enumerate(run(*events, lanes=LANES), 1):
        vendors.carry_out(made)
        granted, standing = _granted(events[:number]), _standing(events[:number])
        for lane in (EMAIL_AND_SMS, ANALYTICS):
            reach = set(product(switchable(POLICY, lane), lane.channels))
            assert vendors.granted[lane.name] == granted & reach
        if vendors.granted[CRM.name]:
            mine = {standing.get((purpose, "email")) for purpose in switchable(POLICY, CRM)}
            assert {one.kind for one in mine if one} == {"consent.granted"}
