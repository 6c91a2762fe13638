"""The rows of the comparison: what is loaded, what shows progress, and what has to be there in the end."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bench.accounts import NOWHERE, relay_toml, write_accounts
from bench.contenders.outputs import DELIVERIES, LANES
from bench.deletions import deliveries
from bench.handover import write_handover
from bench.lane_handover import write_lane_handover
from bench.vendor.answers import INSTANT
from bench.vendor.process import vendor
from bench.workload import DELIVERIES_PER_EVENT, LARGEST, USUAL, desk, partitioner, placed
from schemas.codec import decode
from schemas.records import AuditRecord
from streams import topics
from streams.outbox import Out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bench.handover import Sizes
    from bench.vendor.process import Vendor
    from bench.workload import Scene, Spread

LANE = LANES[0]
CALLS = "vendor calls"
Committed = tuple[str, bytes]
"""Topic and value of a committed record."""


@dataclass(frozen=True, slots=True)
class Row(ABC):
    """share: of `--events`, one in so many is measured here: all rows have to end in time.

    unit: what is counted; watched: the topics whose ends tell of progress; beside: topics that must keep up with
    them, also where no end is awaited; result: the word for what stands in the watched topics.
    concurrency: calls to the vendor at a time, where there is one. when_asked: runs only if it is named, for time.
    """

    name: str
    title: str
    share: int
    unit: ClassVar[str]
    watched: ClassVar[tuple[str, ...]]
    beside: ClassVar[tuple[str, ...]]
    result: ClassVar[str]
    concurrency: int = 0
    when_asked: bool = False

    @abstractmethod
    def load(self, number: int, handover: Path) -> tuple[list[Out], Sizes]:
        """Write the hand-over directory, and say which records every run begins with."""

    @abstractmethod
    def due(self, loaded: Sequence[Out]) -> dict[str, int]:
        """How many of what must be there when all is done."""

    @abstractmethod
    def found(self, committed: Iterable[Committed]) -> Counter[str]:
        """How many of it are there, in the same words."""

    @contextmanager
    def surroundings(self, handover: Path) -> Iterator[Vendor | None]:
        """What runs beside the broker."""
        del handover
        yield None


@dataclass(frozen=True, slots=True)
class RouterRow(Row):
    """Events in; deliveries, audit and states out."""

    spread: Spread = "home"
    scene: Scene = USUAL
    unit = "events"
    watched = tuple(DELIVERIES + lane for lane in LANES)
    beside = (topics.AUDIT, topics.STATE)
    result = "deliveries"

    def load(self, number: int, handover: Path) -> tuple[list[Out], Sizes]:
        published = placed(number, self.spread, self.scene)
        return [Out(topics.EVENTS, *record) for record in published], write_handover(handover, self.scene)

    def due(self, loaded: Sequence[Out]) -> dict[str, int]:
        home = partitioner("home")
        away = sum(home(record.key.decode()) != record.partition for record in loaded)
        return {
            self.result: DELIVERIES_PER_EVENT * len(loaded),
            "audit records": len(loaded) + away,
            "dead letters": 0,
        }

    def found(self, committed: Iterable[Committed]) -> Counter[str]:
        words = dict.fromkeys(self.watched, self.result)
        words |= {topics.AUDIT: "audit records", topics.DEAD_LETTER: "dead letters"}
        return Counter(words[topic] for topic, _ in committed)


@dataclass(frozen=True, slots=True)
class LaneRow(Row):
    """Deliveries in, one call to an instant vendor for each, outcomes out."""

    unit = "deliveries"
    watched = (topics.AUDIT,)
    beside = ()
    result = "outcomes"

    def load(self, number: int, handover: Path) -> tuple[list[Out], Sizes]:
        known = desk(relay_toml({LANE: NOWHERE}, self.concurrency))
        outs = list(deliveries(number, known, time.time_ns() // 1000))
        return outs, write_lane_handover(handover, outs[0], known)

    def due(self, loaded: Sequence[Out]) -> dict[str, int]:
        return {self.result: len(loaded), "repeated outcomes": 0, "dead letters": 0, CALLS: len(loaded)}

    def found(self, committed: Iterable[Committed]) -> Counter[str]:
        """An outcome that stands there twice counts once."""
        found: Counter[str] = Counter()
        known: set[str | None] = set()
        for topic, value in committed:
            if topic == topics.DEAD_LETTER:
                found["dead letters"] += 1
                continue
            delivery = decode(AuditRecord, value).delivery_id
            found["repeated outcomes" if delivery in known else self.result] += 1
            known.add(delivery)
        return found

    @contextmanager
    def surroundings(self, handover: Path) -> Iterator[Vendor | None]:
        with vendor() as running:
            write_accounts(handover, {LANE: running.url(INSTANT)}, self.concurrency, running)
            yield running


ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        RouterRow("home", "All events at home", 1),
        RouterRow("misrouted", "75 % of the events on another partition than their home", 4, spread="misrouted"),
        RouterRow(
            "largest", "The policy with the most recipients, all events at home", 4, scene=LARGEST, when_asked=True
        ),
        LaneRow("lane", "A lane and an instant vendor, 32 calls at a time", 5, 32),
        LaneRow("lane-8", "A lane and an instant vendor, 8 calls at a time", 20, 8, when_asked=True),
    )
}
