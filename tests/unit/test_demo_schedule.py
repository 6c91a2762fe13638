"""The schedule of a chaos."""

from __future__ import annotations

import pytest

from streams.demo.chaos import BROKER_KILL, BROKER_STOP, KILL, KILL_TWICE, draw


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_seed_kills_the_worker_several_times_and_the_broker_in_both_ways(seed: int) -> None:
    acts = [act.what for act in draw(seed)]
    assert sum(what in {KILL, KILL_TWICE} for what in acts) >= 3
    assert {BROKER_KILL, BROKER_STOP, KILL_TWICE} <= set(acts)


def test_a_seed_draws_the_same_again_and_another_one_something_else() -> None:
    assert draw(1) == draw(1)
    assert len({draw(seed) for seed in range(1, 6)}) == 5
