"""Calls per second: a token bucket per connection, or per API of the vendor where limits are per API."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.engine.clock import Clock

_ROUNDING = 1e-9
_SHORTEST_SLEEP_S = 0.001


@dataclass(slots=True)
class _Bucket:
    level: float
    filled_at: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Limiter:
    """At most `burst + rate * t` calls in any t seconds, first come, first served.

    rate: calls/s; burst: calls; scale: factor on both. Several workers share the limit by their shares. Buckets start
    empty: a restart never gives calls twice.
    """

    def __init__(self, rate: float, burst: int, clock: Clock, *, scale: float = 1.0) -> None:
        self._rate, self._burst = rate * scale, burst * scale
        self._clock = clock
        self._share = 1.0
        self._started = clock.steady()
        self._buckets: dict[str, _Bucket] = {}

    @property
    def rate(self) -> float:
        return self._rate * self._share

    @property
    def burst(self) -> float:
        """At least one call must fit in."""
        return max(1.0, self._burst * self._share)

    def set_share(self, held: int, total: int) -> None:
        """This worker holds `held` of `total` partitions; with none it makes no calls, and has the least share."""
        for bucket in self._buckets.values():
            self._fill(bucket)  # what has passed until now counts at the old rate
        self._share = max(1, held) / total
        for bucket in self._buckets.values():
            bucket.level = min(bucket.level, self.burst)

    async def acquire(self, api: str = "") -> None:
        """Wait until one more call is allowed."""
        bucket = self._buckets.setdefault(api, _Bucket(0.0, self._started))
        async with bucket.turn:  # asyncio's lock is fair
            self._fill(bucket)
            while bucket.level < 1.0 - _ROUNDING:
                await self._clock.sleep(max((1.0 - bucket.level) / self.rate, _SHORTEST_SLEEP_S))
                self._fill(bucket)
            bucket.level -= 1.0

    def _fill(self, bucket: _Bucket) -> None:
        now = self._clock.steady()
        bucket.level = min(self.burst, bucket.level + (now - bucket.filled_at) * self.rate)
        bucket.filled_at = now
