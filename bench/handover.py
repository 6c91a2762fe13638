"""What a contender finds in its directory: outputs of our router as templates, and our own configuration."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from bench.workload import USUAL, placed, routed
from streams import topics

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workload import Scene
    from streams.outbox import Out

SAMPLE = 100
"""Events that are looked at to find a typical one."""
_NAMES = {topics.AUDIT: "audit", topics.STATE: "state"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of values per event or delivery: of our own outputs on average, and of the templates."""

    our_bytes: float
    template_bytes: int


def write_handover(directory: Path, scene: Scene = USUAL) -> Sizes:
    """Write `relay.toml` and `templates/`. The typical event is the one whose outputs are nearest to the mean."""
    made = list(routed(placed(SAMPLE, "home", scene), scene))
    mean = fmean(map(size, made))
    typical = min(made, key=lambda outs: abs(size(outs) - mean))
    elsewhere = routed(placed(SAMPLE, "misrouted", scene), scene)
    away = next(outs for outs in elsewhere if any(out.topic == topics.EVENTS for out in outs))
    (directory / "relay.toml").write_text(scene.config, "utf-8")
    templates = directory / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    for out in typical:
        name = _NAMES.get(out.topic) or f"delivery-{out.topic.removeprefix(topics.deliveries(''))}"
        (templates / f"{name}.avro").write_bytes(out.value or b"")
    (templates / "forwarded.avro").write_bytes(next(out.value or b"" for out in away if out.topic == topics.AUDIT))
    return Sizes(mean, size(typical))


def size(outs: list[Out]) -> int:
    """Bytes of all values."""
    return sum(len(out.value or b"") for out in outs)
