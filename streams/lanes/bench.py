"""What all partitions of one lane share in this process: the connection, and the breaker before it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from processors.delivering.backoff import Backoff
from processors.delivering.breaker import Breaker, Verdict
from processors.delivering.core import Core
from processors.delivering.holds import Rules
from processors.delivering.job import Now
from processors.delivering.plans import Limits, Plans
from processors.delivering.ready import Company
from processors.flood import Limits as Flood
from processors.switches import switches_of
from processors.vendors.capability import Capability
from streams.control import Control
from streams.lanes.trouble import tell
from streams.metrics.meters import LaneMeter
from streams.metrics.registry import Metrics
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Collection

    from processors.engine.run import Connector
    from schemas.records import Action
    from schemas.sealing import Seals
    from streams.status import Status


async def nobody(_: int, __: Collection[str]) -> Collection[str]:
    """Where there are no holds."""
    return ()


@dataclass
class Bench:
    """`partitions`: of the topic; `budget_s`: for all quick retries of one delivery; interval_s: between commits.

    steady: s that never go back; wall: µs since 1970. works: to be woken when the breaker may let somebody through.
    flood: from when on so many are refused that a partition pauses itself. cancel_window_s: so long after its receipt
    a deletion can be cancelled. held: partition, pids → those of them for whom a legal hold keeps data here.
    """

    connector: Connector
    seals: Seals
    status: Status
    partitions: int
    budget_s: float
    interval_s: float
    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], int] = now_micros
    random: Random = field(default_factory=Random)
    metrics: Metrics = field(default_factory=Metrics)
    breaker: Breaker = field(default_factory=Breaker)
    works: set[asyncio.Event] = field(default_factory=set)
    control: Control = field(default_factory=Control)
    flood: Flood = field(default_factory=Flood)
    cancel_window_s: float | None = None
    held: Callable[[int, Collection[str]], Awaitable[Collection[str]]] = nobody

    def __post_init__(self) -> None:
        self.meter = LaneMeter(self.metrics, self.name)
        self.meter.waits(lambda: self.breaker.held_s(self.steady()))
        self.meter.breaker(lambda: self.breaker.state(self.steady()))
        self._told: tuple[Verdict | None, str] = (None, "")

    @property
    def name(self) -> str:
        return self.connector.connection.name

    @property
    def role(self) -> str:
        return f"lane {self.name}"

    @property
    def call_limit_s(self) -> float:
        return self.connector.connection.timeout_s

    def now(self) -> Now:
        return Now(self.wall(), self.steady())

    def core(self) -> Core:
        """The decisions for one partition, from the beginning."""
        connection = self.connector.connection
        plans = Plans(self.connector.vendor.polls, cache(self.connector.read_back))
        limits = Limits(2 * connection.concurrency, cache(self._company), flood=self.flood, plans=plans)
        backoff = Backoff(self.budget_s, connection.retry_ceiling_s, connection.retry_for_s)
        switches = switches_of(self.connector.vendor)
        rules = Rules(self.cancel_window_s, dry=connection.mode == "dry-run", switches=switches)
        return Core(limits, backoff, self.breaker, self.random, rules)

    def look(self) -> None:
        """A call has ended: say what has changed about the vendor, and wake whoever waited for its end."""
        cause, reason = self.breaker.cause, self.breaker.reason
        before, self._told = self._told, (cause, "" if cause in {None, "down"} else reason)
        if self._told != before:
            tell(self.status, self.name, cause, reason)
        if cause or before[0]:
            for wake in self.works:
                wake.set()

    def _company(self, action: Action) -> Company:
        can = self.connector.vendor.can.get(action, Capability())
        return Company(can.batch, can.company_s(self.connector.connection.batch_wait_s))
