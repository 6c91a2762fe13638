"""Whether this process is still the member of the group that it believes to be.

The client has neither a lease nor a question for it, so this looks into its coordinator; the client's version is
pinned for that reason, and tests show that lease and question work.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.errors import KafkaError

from schemas.errors import OwnershipLost

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

Clock = Callable[[], float]
log = structlog.get_logger()
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
JOINS_ALLOWED = 6
JOINS_WITHIN_S = 60.0


def boottime() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(_CLOCK)


class Membership:
    """Lease and generation of one consumer in its group.

    The lease runs from the sending of the last good heartbeat, for half a session: whoever is cut off stops calling
    vendors long before the group gives its partitions away.
    """

    def __init__(self, consumer: AIOKafkaConsumer, session_s: float, clock: Clock = boottime) -> None:
        self._coordinator: Any = consumer._coordinator  # noqa: SLF001 - see the module's docstring
        self._lease_s = session_s / 2
        self._clock = clock
        self.good_at = float("-inf")
        self._joins: deque[float] = deque(maxlen=JOINS_ALLOWED)
        self._heartbeat = self._coordinator._do_heartbeat  # noqa: SLF001
        self._coordinator._do_heartbeat = self._watched_heartbeat  # noqa: SLF001

    @property
    def generation(self) -> int:
        return int(self._coordinator.generation)

    def joined(self) -> None:
        """The group has just answered a join: that is as good as a heartbeat."""
        self.good_at = self._clock()
        self._joins.append(self.good_at)
        if len(self._joins) == JOINS_ALLOWED and self._joins[-1] - self._joins[0] < JOINS_WITHIN_S:
            advice = "two workers may share one --id"
            log.error("alarm", alarm="duplicate_instance", group=self._coordinator.group_id, advice=advice)

    def has_lease(self) -> bool:
        return self._clock() - self.good_at < self._lease_s

    async def confirm(self, generation: int) -> None:
        """Ask the group, now, whether the generation still stands.

        Raises:
            OwnershipLost: it doesn't, or nobody answers.

        """
        self._check(generation)
        try:
            good = await self._watched_heartbeat()
        except (KafkaError, AssertionError, AttributeError) as error:  # no coordinator known just now
            raise OwnershipLost(f"the group doesn't answer ({type(error).__name__})") from None
        if not good:
            raise OwnershipLost("the group doesn't answer, or doesn't know this member any more")
        self._check(generation)

    def leave_on_close(self) -> None:
        """Let the closing consumer leave the group although it is static: its partitions move at once."""
        self._coordinator._group_instance_id = None  # noqa: SLF001 - the client leaves only as a dynamic member

    def _check(self, generation: int) -> None:
        rejoining = self._coordinator._rejoin_needed_fut.done()  # noqa: SLF001
        if generation != self.generation or rejoining:
            raise OwnershipLost(f"generation {generation} is over")

    async def _watched_heartbeat(self) -> bool:
        sent_at = self._clock()
        good: bool = await self._heartbeat()
        if good:
            self.good_at = max(self.good_at, sent_at)
        return good
