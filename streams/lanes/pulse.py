"""What only a running worker knows of a lane partition, told now and then in its state: `lanes list` reads it there.

Nobody has to find the worker and ask it, and what is told is committed by whoever owns the partition. An idle lane
tells nothing, so that it writes nothing; while calls are in the air or the breaker is not closed it is told anew
every `EVERY_S`, so that its age says whether somebody is at work at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.ready import soonest
from schemas.pulse import Pulse
from streams.ownership.tenure import PULSE_KEY

if TYPE_CHECKING:
    import asyncio

    from processors.delivering.core import Core
    from processors.delivering.job import Now
    from streams.lanes.bench import Bench
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

EVERY_S = 5.0
PATIENCE_S = 1.0
"""Something new waits so long for a commit that is made anyway: a lane's own work never waits for it."""


class Pulses:
    """For one tenure."""

    def __init__(self, bench: Bench, core: Core, tenure: Tenure) -> None:
        self._bench = bench
        self._core = core
        self._tenure = tenure
        self._told = tenure.kept(PULSE_KEY, Pulse)
        self._at = float("-inf")
        self._news_from: float | None = None

    def look(self, now: Now, until: float | None, dirty: asyncio.Event) -> float | None:
        """When to look again, steady s: `until`, or before; None: not as long as nothing happens.

        dirty: set when a transaction is to be made for what is to be told.
        """
        at = self._due_at(now)
        if at is not None and at <= now.steady:
            dirty.set()  # its end wakes whoever looks
            return until
        return soonest(at, until)

    def _due_at(self, now: Now) -> float | None:
        if self._turned(now):
            return now.steady
        if now.steady < self._at + EVERY_S:
            return self._at + EVERY_S
        if not self._is_news(self._taken(now)):
            self._news_from = None
            return None
        if self._news_from is None:
            self._news_from = now.steady
        return self._news_from + PATIENCE_S

    def outs(self, now: Now) -> list[Out]:
        """What the next transaction is to hold of it."""
        if now.steady < self._at + EVERY_S and not self._turned(now):
            return []
        pulse = self._taken(now)
        if not self._is_news(pulse):
            return []
        self._told, self._at, self._news_from = pulse, now.steady, None
        return [self._tenure.keep(PULSE_KEY, pulse)]

    def last(self) -> Out:
        """Of a clean end: nobody is at work here."""
        return self._tenure.drop(PULSE_KEY)

    def _turned(self, now: Now) -> bool:
        return self._told is not None and self._bench.breaker.state(now.steady) != self._told.breaker

    def _is_news(self, pulse: Pulse) -> bool:
        busy = pulse.calls > 0 or pulse.breaker != "closed"
        return busy or self._told is None or pulse != self._told.changed(at=pulse.at)

    def _taken(self, now: Now) -> Pulse:
        breaker = self._bench.breaker
        uses = {str(window): used for window, used in self._bench.connector.limiter.use()}
        most = max(uses, key=lambda window: uses[window], default=None)
        return Pulse(
            calls=self._core.in_flight,
            breaker=breaker.state(now.steady),
            cause=breaker.cause,
            limit=most,
            limit_percent=None if most is None else round(100 * uses[most]),
            at=now.wall,
        )
