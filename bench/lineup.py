"""Who takes part: each a program in `bench/contenders`, run by the Python of its own environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.workload import DELIVERIES_PER_EVENT

ROOT = Path(__file__).parents[1]
Guarantee = Literal["exactly once", "outcomes exactly once", "at least once", "none"]
ROUTERS = ("home", "misrouted", "largest")
LANES = ("lane", "lane-8")


@dataclass(frozen=True, slots=True)
class Contender:
    """`name`: its module; `venv`: its environment, whose `constraints` say which versions are meant.

    per_one: records in the watched topics for each event or delivery. libraries: what its speed depends on.
    to_the_end: measured until all is done and counted, however long that takes; the others for a limited time.
    """

    name: str
    title: str
    guarantee: Guarantee
    libraries: tuple[str, ...]
    rows: tuple[str, ...] = ("home", "largest")
    venv: str = ".venv-bench"
    constraints: tuple[str, ...] = ("constraints.txt", "bench/constraints.txt")
    per_one: int = DELIVERIES_PER_EVENT
    to_the_end: bool = False

    @property
    def python(self) -> Path:
        return ROOT / self.venv / "bin" / "python"

    @property
    def writes_all(self) -> bool:
        """Whether it reads events at all."""
        return self.guarantee != "none"

    @property
    def writes_exactly(self) -> bool:
        """Neither less than what is due nor more."""
        return self.guarantee.endswith("exactly once")

    @property
    def is_ours(self) -> bool:
        return self.name.startswith("ours")


_AIO = ("aiokafka", "uvloop", "fastavro")
_CONFLUENT = ("confluent-kafka", "fastavro")
_BARE: Any = {"guarantee": "exactly once", "rows": ROUTERS, "to_the_end": True}
_LANE: Any = {"guarantee": "outcomes exactly once", "rows": LANES, "to_the_end": True, "per_one": 1}
_PEER: Any = {"venv": ".venv-peers", "constraints": ("bench/peers-constraints.txt",)}
LINEUP = (
    Contender("ours", "consent-relay router", libraries=_AIO, **_BARE),
    Contender("bare_confluent", "bare confluent-kafka", libraries=_CONFLUENT, **_BARE),
    Contender("bare_aiokafka", "bare aiokafka", libraries=_AIO, **_BARE),
    Contender("faust_agent", "Faust agent", "at least once", ("faust-streaming", *_AIO), **_PEER),
    Contender("faust_tuned", "Faust agent, tuned", "at least once", ("faust-streaming", *_AIO), **_PEER),
    Contender("quix_streams", "Quix Streams", "exactly once", ("quixstreams", *_CONFLUENT), **_PEER),
    Contender("faststream_confluent", "FastStream", "at least once", ("faststream", *_CONFLUENT), **_PEER),
    Contender("producer_performance", "ProducerPerformance", "none", (), per_one=5),
    Contender("ours_lane", "consent-relay lane", libraries=("aiohttp", *_AIO), **_LANE),
    Contender("bare_lane", "bare aiokafka, aiohttp", libraries=("aiohttp", *_AIO), **_LANE),
)
