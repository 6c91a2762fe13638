"""Who takes part: each a program in `bench/contenders`, run by the Python of its own environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.workload import DELIVERIES_PER_EVENT

ROOT = Path(__file__).parents[1]
Guarantee = Literal["exactly once", "at least once", "none"]
BOTH = ("home", "misrouted")


@dataclass(frozen=True, slots=True)
class Contender:
    """`name`: its module; `venv`: its environment, whose `constraints` say which versions are meant.

    per_event: records in the delivery topics for each event. libraries: what its speed depends on.
    """

    name: str
    title: str
    guarantee: Guarantee
    libraries: tuple[str, ...]
    rows: tuple[str, ...] = ("home",)
    venv: str = ".venv-bench"
    constraints: tuple[str, ...] = ("constraints.txt", "bench/constraints.txt")
    per_event: int = DELIVERIES_PER_EVENT

    @property
    def python(self) -> Path:
        return ROOT / self.venv / "bin" / "python"

    @property
    def writes_all(self) -> bool:
        """Whether it reads events at all."""
        return self.guarantee != "none"

    @property
    def is_ours(self) -> bool:
        return self.name == "ours"


_PEERS = ".venv-peers"
_PEERS_PINS = ("bench/peers-constraints.txt",)
LINEUP = (
    Contender("ours", "consent-relay router", "exactly once", ("aiokafka", "uvloop", "fastavro"), BOTH),
    Contender("bare_confluent", "bare confluent-kafka", "exactly once", ("confluent-kafka", "fastavro"), BOTH),
    Contender("bare_aiokafka", "bare aiokafka", "exactly once", ("aiokafka", "uvloop", "fastavro"), BOTH),
    Contender("producer_performance", "Kafka's ProducerPerformance", "none", (), per_event=5),
)
