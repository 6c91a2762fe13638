"""What all partitions of one lane share in this process: the connection, its gate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from processors.delivering.gate import Gate
from streams.metrics.meters import LaneMeter
from streams.metrics.registry import Metrics

if TYPE_CHECKING:
    from processors.engine.run import Connector
    from schemas.sealing import Seals
    from streams.status import Status

Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Bench:
    """`partitions`: of the topic; `budget_s`: for all quick retries of one delivery; clock in s, sleep takes s."""

    connector: Connector
    seals: Seals
    status: Status
    partitions: int
    budget_s: float
    interval_s: float
    clock: Callable[[], float] = time.monotonic
    sleep: Sleep = asyncio.sleep
    random: Random = field(default_factory=Random)
    metrics: Metrics = field(default_factory=Metrics)
    waits_until: float = float("-inf")

    def __post_init__(self) -> None:
        self.gate = Gate(self.clock, self.sleep)
        self.meter = LaneMeter(self.metrics, self.name)
        self.meter.waits(lambda: max(0.0, self.waits_until - self.clock()))

    @property
    def name(self) -> str:
        return self.connector.connection.name

    @property
    def role(self) -> str:
        return f"lane {self.name}"

    @property
    def call_limit_s(self) -> float:
        return self.connector.connection.timeout_s

    def wait(self, seconds: float) -> None:
        """The vendor asks everybody to wait."""
        self.gate.hold(seconds)
        self.waits_until = max(self.waits_until, self.clock() + seconds)
