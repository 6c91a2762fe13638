"""What can be done to a run, by its name, and the draw of it from a seed."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from harness import network
from harness.act import Act
from harness.spells import SPELLS
from sizes import BEYOND_SESSION_S, BROKER_FROZEN_S

if TYPE_CHECKING:
    from collections.abc import Sequence

KILL, STOP, FREEZE = "kill", "stop", "freeze"
JOIN, LEAVE, DIE, VISIT = "join", "leave", "die", "visit"
BROKER_KILL, BROKER_STOP, BROKER_FREEZE = "broker killed", "broker stopped", "broker frozen"
BROKER_FULL = "broker without room"
CLOCK, FULL = "clock off", "no room"
BROKERS = {BROKER_KILL, BROKER_STOP, BROKER_FREEZE, BROKER_FULL, *network.KINDS}
BESIDE = (CLOCK, FULL, *SPELLS)
"""Nobody has to recover from these, and what else is done may be done meanwhile."""
LONG = {
    FREEZE: BEYOND_SESSION_S,
    BROKER_FREEZE: BROKER_FROZEN_S,
    network.BLACK_HOLE: BEYOND_SESSION_S,
    network.LATENCY: 5.0,
    VISIT: 3.0,
    **dict.fromkeys(BESIDE, 3.0),
}
"""What lasts longer than others, s."""


def draw(
    seed: int, count: int, kinds: Sequence[str], workers: Sequence[str], vendors: Sequence[str] = ()
) -> tuple[Act, ...]:
    """`count` acts in their order; the same for the same arguments. Each kind comes before any comes again."""
    rng = Random(f"conductor {seed}")
    acts: list[Act] = []
    while len(acts) < count:
        for what in rng.sample(list(kinds), len(kinds)):
            lead, away = round(rng.uniform(0.5, 3.0), 1), round(rng.uniform(0.0, 2.0), 1)
            whom = rng.choice(list(vendors if what in SPELLS else workers))
            away = round(LONG.get(what, 0.0) + away, 1)
            acts.append(Act(what, network.BROKER if what in BROKERS else whom, lead, away))
    return tuple(acts[:count])
