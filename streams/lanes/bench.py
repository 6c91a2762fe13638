"""What all partitions of one lane share in this process: the connection, its gate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from processors.delivering.gate import Gate

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
    held: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.gate = Gate(self.clock, self.sleep)

    @property
    def name(self) -> str:
        return self.connector.connection.name

    @property
    def role(self) -> str:
        return f"lane {self.name}"

    @property
    def call_limit_s(self) -> float:
        return self.connector.connection.timeout_s

    def hold(self, partition: int) -> None:
        """This process works the partition: its share of the vendor's limit grows."""
        self.held.add(partition)
        self.connector.limiter.set_share(len(self.held), self.partitions)

    def release(self, partition: int) -> None:
        self.held.discard(partition)
        self.connector.limiter.set_share(len(self.held), self.partitions)
