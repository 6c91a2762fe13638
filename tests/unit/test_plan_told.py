"""What a vendor told us goes to all others as if the person had said it to us, and never back to that vendor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_support import ANALYTICS, CAMPAIGNS, CRM, event, run

from processors.reporting.words import speaker
from schemas.state import SubjectState
from streams.commands.plan_words import WORDS

if TYPE_CHECKING:
    from processors.plan import Plan
    from schemas.events import ConsentEvent
    from schemas.records import Leg

SECOND_ACCOUNT = replace(CAMPAIGNS, name="zoho-campaigns-2")
LANES = (CRM, CAMPAIGNS, SECOND_ACCOUNT, ANALYTICS)
NAMES = [lane.name for lane in LANES]
STOPS = ("withdraw", "delete", "objection.raised", "optout.sale", "restriction.requested")
PURPOSES = ("marketing-campaigns", "campaign-analytics", "surveys", "comms-marketing")


def by_vendor(connection: str) -> dict[str, Any]:
    return {"expressed_by": {"relation": "vendor"}, "published_by": connection}


def legs(made: Plan, but: str) -> list[Leg]:
    """Without those of a lane, and the tasks at its recipient."""
    (recipient,) = LANES[NAMES.index(but)].serves
    return [leg for leg in made.legs if leg.lane != but and (leg.lane is not None or leg.recipient != recipient)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[ConsentEvent], ConsentEvent, ConsentEvent, str]:
    """What came before; an event as the person says it, and as a vendor tells it; which connection that is."""
    scopes = st.none() | st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3, unique=True)
    before = draw(st.lists(st.tuples(st.sampled_from(["grant", "withdraw"]), st.integers(0, 40), scopes), max_size=4))
    earlier = [event(number, *row) for number, row in enumerate(before, 1)]
    if draw(st.booleans()):
        earlier.append(event(50, "hold.placed", 1))
    kind, told_by = draw(st.sampled_from(STOPS)), draw(st.sampled_from(NAMES))
    at, purposes = draw(st.integers(0, 40)), None if kind == "delete" else draw(scopes)
    said = event(99, kind, at, purposes, published_by=told_by)
    return earlier, said, event(99, kind, at, purposes, **by_vendor(told_by)), told_by


@settings(max_examples=150)
@given(histories())
def test_it_never_goes_back_to_where_it_came_from_and_everywhere_else_as_if_the_person_had_said_it(
    history: tuple[list[ConsentEvent], ConsentEvent, ConsentEvent, str],
) -> None:
    earlier, said, told, told_by = history
    state = run(*earlier, lanes=LANES)[-1].state if earlier else SubjectState(pid="p1.test", controller="oomnis")
    (by_person,) = run(said, lanes=LANES, state=state)
    (by_them,) = run(told, lanes=LANES, state=state)
    assert [leg for leg in by_them.legs if leg.lane == told_by and leg.kind != "none"] == []
    assert legs(by_them, told_by) == legs(by_person, told_by)
    assert by_them.state.choices == by_person.state.choices
    assert (by_them.verdict, by_them.state.erased_at) == (by_person.verdict, by_person.state.erased_at)


def test_the_plan_and_the_report_say_why() -> None:
    told = event(1, "withdraw", 0, ["marketing-campaigns"], **by_vendor("zoho-campaigns"))
    (made,) = run(told, lanes=LANES)
    found = {leg.lane: (leg.kind, leg.outcome, leg.reason) for leg in made.legs if leg.lane}
    assert found["zoho-campaigns"] == ("none", "not_applicable", "told_by_vendor")
    assert found["zoho-campaigns-2"] == ("delivery", None, None)
    assert "told_by_vendor" in WORDS
    assert speaker("vendor") == "the vendor at whom the person chose it"


def test_a_copy_of_what_it_has_is_asked_for_all_the_same() -> None:
    told, said = (
        event(1, "access.requested", **more) for more in (by_vendor("zoho-crm"), {"published_by": "zoho-crm"})
    )
    (by_them,), (by_person,) = run(told, lanes=LANES), run(said, lanes=LANES)
    assert by_them.legs == by_person.legs


def test_whoever_else_publishes_under_a_connections_name_is_told_everywhere() -> None:
    (made,) = run(event(1, "withdraw", 0, ["marketing-campaigns"], published_by="zoho-campaigns"), lanes=LANES)
    assert {leg.lane for leg in made.legs if leg.kind == "delivery"} >= {"zoho-campaigns", "zoho-campaigns-2"}
