"""All kinds of events under all policies: no order of arrival matters; nothing older undoes what protects."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from cases_support import lane, run, said
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.planning.bars import bars
from processors.planning.choices import Standing
from schemas.policy import load_policy
from schemas.times import iso

if TYPE_CHECKING:
    from schemas.events import ConsentEvent
    from schemas.state import SubjectState

_BEGIN = 1_780_000_000_000_000
_DAY = 86_400_000_000
PEOPLE_SAY = (
    "consent.granted", "consent.granted", "consent.granted", "consent.withdrawn", "consent.expired",
    "objection.raised", "optout.sale", "optout.targeted_ads", "authorisation.withdrawn", "restriction.requested",
    "restriction.lifted", "deletion.requested", "minor.identified", "access.requested", "correction.requested",
)  # fmt: skip
SOME = {
    "oomnis": ("marketing-campaigns", "surveys", "calendar-sync", "payments"),
    "osows": ("targeted-advertising", "partner-offers", "location", "marketing"),
    "omigroup": ("sensitive-projects", "product-information", "request-handling"),
}
CHANNELS = ("email", "web")
CLAIMED = "claimed"
OWN: dict[str, Any] = {}
LENT: tuple[dict[str, Any], ...] = (
    {"method": "import"},
    {"method": "import_list"},
    {"expressed_by": {"relation": "employer"}},
    {"expressed_by": {"relation": "browser_signal"}},
    {"lawful_basis": CLAIMED},
)
"""How a grant comes that is no word of the person's own."""
BASES = {"oomnis": "legitimate_interest", "osows": "opt_out", "omigroup": "request"}


def _event(policy: str, number: int, row: tuple[Any, ...]) -> ConsentEvent:
    kind, day, purposes, confirmed, age, source = row
    at = iso(_BEGIN + day * _DAY)
    more: dict[str, Any] = {"age": age} if kind == "minor.identified" else {}
    if kind == "consent.granted":
        more |= {"lawful_basis": BASES[policy]} if CLAIMED in source.values() else source
    if confirmed and kind == "consent.granted":
        more["verified_by"] = {"method": "two_step", "at": at}
    return said(policy, number, kind, at, None if kind == "deletion.requested" else purposes, **more)


@st.composite
def _histories(draw: st.DrawFn, *, apart: bool = False) -> tuple[str, list[ConsentEvent]]:
    """apart: no two at the same moment."""
    policy = draw(st.sampled_from(sorted(SOME)))
    one = st.tuples(
        st.sampled_from(PEOPLE_SAY),
        st.integers(0, 900) if apart else st.sampled_from([0, 1, 2, 400, 800]),
        st.none() | st.lists(st.sampled_from(SOME[policy]), min_size=1, max_size=2, unique=True),
        st.booleans(),
        st.sampled_from([12, 15, 17]),
        st.just(OWN) | st.sampled_from(LENT),
    )
    rows = draw(st.lists(one, min_size=1, max_size=6, unique_by=(lambda row: row[1]) if apart else None))
    return policy, [_event(policy, number, row) for number, row in enumerate(rows, 1)]


def _standing(policy: str, state: SubjectState) -> Standing:
    known = load_policy(policy)
    return Standing.of(known, state.choices, bars(known, state.marks))


def _granted(policy: str, state: SubjectState) -> dict[tuple[str, str], str]:
    standing = _standing(policy, state)
    cells = product(SOME[policy], CHANNELS)
    return {cell: found.event_id for cell in cells if (found := standing.granted(*cell)) is not None}


@settings(max_examples=80)
@given(_histories(), st.data())
def test_no_order_of_arrival_changes_what_stands(
    history: tuple[str, list[ConsentEvent]], data: st.DataObject
) -> None:
    policy, events = history
    shuffled = data.draw(st.permutations(events))
    first, second = run(*events)[-1].state, run(*shuffled)[-1].state
    assert (first.choices, first.marks, first.erased_at) == (second.choices, second.marks, second.erased_at)
    assert _granted(policy, first) == _granted(policy, second)


def _is_own(grant: ConsentEvent) -> bool:
    said_so = grant.expressed_by.relation == "self" and grant.lawful_basis is None
    return said_so and grant.method not in {"import", "import_list"}


STOPS = frozenset({"consent.withdrawn", "consent.expired", "deletion.requested"})


@settings(max_examples=80)
@given(_histories(apart=True))
def test_what_protects_is_never_undone_by_something_older(history: tuple[str, list[ConsentEvent]]) -> None:
    policy, events = history
    state = run(*events)[-1].state
    known = load_policy(policy)
    by_id = {one.event_id: one for one in events}
    for (purpose, channel), event_id in _granted(policy, state).items():
        grant = by_id[event_id]
        assert grant.kind == "consent.granted"
        for other in events:
            whole = other.purposes is None
            named = whole or purpose in known.with_followers(other.purposes or ())
            if other.kind in STOPS and named:
                assert other.occurred_at < grant.occurred_at, (purpose, channel)
                assert _is_own(grant), "only the person starts again what was stopped"
            if other.kind == "restriction.requested" and named and other.occurred_at > grant.occurred_at:
                lifts = [
                    one for one in events if one.kind == "restriction.lifted" and one.occurred_at > other.occurred_at
                ]
                assert lifts


class _Vendor:
    """What one vendor holds, told by nothing but deliveries."""

    def __init__(self) -> None:
        self.granted: set[tuple[str, str]] = set()

    def carry_out(self, legs: Any) -> None:
        for leg in legs:
            if leg.kind != "delivery":
                continue
            told = {(p, c) for p in leg.purposes for c in leg.channels} - {
                (o.purpose, o.channel) for o in leg.overtaken
            }
            if leg.action == "delete":
                self.granted.clear()
            elif leg.action == "grant":
                self.granted |= told
            else:
                self.granted -= told


TOLD = {"oomnis": "zoho-one/marketing", "osows": "facebook-ads", "omigroup": "marketing"}


@settings(max_examples=80)
@given(_histories(apart=True))
def test_a_vendor_never_holds_a_grant_that_doesnt_count(history: tuple[str, list[ConsentEvent]]) -> None:
    """A restriction is kept by a person's hand there, so that grants from before it may still stand."""
    policy, events = history
    chosen = [one for one in events if not one.kind.startswith("restriction.")]
    there = lane(policy, TOLD[policy])
    vendor = _Vendor()
    for made in run(*chosen, lanes=(there,)):
        vendor.carry_out(made.legs)
        standing = _standing(policy, made.state)
        held = {cell for cell in vendor.granted if standing.granted(*cell) is None}
        assert not held
        reached = {
            p for p in load_policy(policy).carried(TOLD[policy], "pii") if p in load_policy(policy).withdrawable
        }
        for cell in product(reached, there.channels):
            assert (standing.granted(*cell) is not None) == (cell in vendor.granted)
