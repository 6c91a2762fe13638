"""The faults that a run draws."""

from __future__ import annotations

from harness import network
from harness.conductor import BROKERS, FREEZE, draw
from sizes import BEYOND_SESSION_S
from soaking.soak import KINDS, OTHERS


def test_the_seed_says_what_happens_and_each_kind_comes_before_any_comes_again() -> None:
    acts = draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert acts == draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert acts != draw(2, 2 * len(KINDS), KINDS, OTHERS)
    assert sorted(act.what for act in acts[: len(KINDS)]) == sorted(KINDS)


def test_what_is_done_to_the_broker_or_before_it_is_done_to_no_worker() -> None:
    acts = draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert {act.whom for act in acts if act.what in BROKERS} == {network.BROKER}
    assert {act.whom for act in acts if act.what not in BROKERS} == set(OTHERS)


def test_a_freeze_and_a_black_hole_outlast_the_session() -> None:
    acts = draw(1, 2 * len(KINDS), KINDS, OTHERS)
    assert all(act.away_s >= BEYOND_SESSION_S for act in acts if act.what in {FREEZE, network.BLACK_HOLE})
