"""Whatever comes in, and whichever lane is there from when on: what the router and the closer do has no findings."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from demo_support import CONFIG
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciling_support import Paper
from routing_support import EMAIL, HOME, NOW, PEPPER, SEALS, event

from processors.lane import lanes_of
from processors.routing.desk import Desk
from streams.demo.accounts import ACCOUNTS, policy_of
from streams.demo.cast import make_cast
from streams.demo.config import favourites
from streams.demo.events import Sent, make_play
from streams.demo.stories import Teller

LANES = lanes_of(CONFIG)
DESK = Desk(CONFIG, LANES, PEPPER, SEALS, lambda _: HOME)
SOME = {
    "oomnis": ("marketing-campaigns", "surveys", "rights-defence", "payments"),
    "osome": ("direct-marketing", "web-analytics", "service-delivery"),
    "osows": ("targeted-advertising", "partner-offers", "location", "marketing"),
    "omigroup": ("sensitive-projects", "product-information", "request-handling"),
}
KINDS = (
    "consent.granted", "consent.granted", "consent.withdrawn", "consent.withdrawn", "deletion.requested",
    "deletion.requested", "hold.placed", "hold.lifted", "objection.raised", "optout.sale", "consent.expired",
    "restriction.requested", "access.requested", "minor.identified", "contract.ended", "correction.requested",
)  # fmt: skip
WHOLE = {"deletion.requested", "access.requested", "contract.ended"}
TOLD = {"consent.withdrawn", "objection.raised", "optout.sale", "consent.expired"}
SOURCES: tuple[dict[str, Any], ...] = (
    {}, {}, {"method": "import"}, {"expressed_by": {"relation": "employer"}}, {"data_domain": "service_data"},
    {"jurisdiction": "US-CA"}, {"method": "import", "vendors_told": True},
    *({"expressed_by": {"relation": "vendor"}, "published_by": lane.name} for lane in LANES),
)  # fmt: skip

HOLD: tuple[Any, ...] = ("hold.placed", 0, None, {}, ())


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Any], int, int]:
    """Events of one person; which lane is connected late, and before which of the events."""
    controller = draw(st.sampled_from(sorted(SOME)))
    row = st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 20),
        st.none() | st.lists(st.sampled_from(SOME[controller]), min_size=1, max_size=2, unique=True),
        st.sampled_from(SOURCES),
        st.sampled_from([(EMAIL,), ({**EMAIL, "value": "j@example.net"},), ()]),
        st.sampled_from([None, None, 1, 2]),
    )
    rows = draw(st.lists(row, min_size=1, max_size=8))
    if draw(st.booleans()):  # else a hold hardly ever keeps something until it is lifted
        rows = [(*HOLD, None), *rows, ("hold.lifted", 30, *HOLD[2:], 1)]
    events = [_event(controller, number, *one) for number, one in enumerate(rows, 1)]
    return events, draw(st.integers(0, len(LANES))), draw(st.integers(0, len(events)))


def _event(  # noqa: PLR0917 - one drawn row
    controller: str, number: int, kind: str, at: int, purposes: Any, source: dict[str, Any], names: Any, older: Any
) -> Any:
    source = {key: value for key, value in source.items() if key != "vendors_told" or kind in TOLD}
    more = {"supersedes": event(older, kind).event_id} if older and kind == "hold.lifted" else {}
    about = {"controller": controller, "identities": names, **source, **more}
    return event(number, kind, at, None if kind in WHOLE else purposes, **about)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_no_history_of_a_person_has_findings(history: tuple[list[Any], int, int]) -> None:
    events, late, when = history
    paper = _played(events, late, when)
    paper.close_requests()
    assert paper.found() == []
    paper.begins = 10 * len(paper.events)
    assert paper.found() == [], "from the audit alone"


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_nor_has_one_whose_beginning_was_deleted(history: tuple[list[Any], int, int], data: st.DataObject) -> None:
    events, late, when = history
    paper = _played(events, late, when)
    paper.close_requests()
    paper.cut = data.draw(st.integers(1, len(paper.audit)))
    assert paper.found() == []
    paper.begins = 10 * len(paper.events)
    assert paper.found() == [], "from the audit alone"


@pytest.mark.parametrize("late", [0, 3, len(LANES)])
def test_no_play_of_the_demo_has_findings(late: int) -> None:
    play = [sent.value for sent in _play(late)]
    paper = _played(play, late, len(play) // 2)
    for planned in [one for one in paper.audit if one.kind == "planned"]:
        paper.settle(planned)
    paper.close_requests()
    assert paper.found() == []
    for cut in range(1, len(paper.audit), len(paper.audit) // 15):
        paper.cut = cut
        assert paper.found() == [], cut


def _played(values: list[Any], late: int, when: int) -> Paper:
    there = tuple(lane for number, lane in enumerate(LANES) if number != late)
    paper = Paper(desk=replace(DESK, lanes=there))
    paper.publish(*values[:when])
    if late < len(LANES):
        paper.connect(LANES[late])
    paper.publish(*values[when:])
    return paper


def _play(seed: int) -> list[Sent]:
    tellers = []
    for controller in ACCOUNTS:
        policy = policy_of(controller)
        tellers.append(Teller(make_cast(20, seed, controller), policy, favourites(policy, CONFIG), Random(seed)))
    return make_play(200, NOW, tellers)
