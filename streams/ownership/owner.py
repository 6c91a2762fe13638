"""The loop that every role runs: read, hand records to the holder of their partition, follow the group's changes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from streams.clients import member
from streams.metrics.meters import RoleMeter
from streams.metrics.registry import Metrics
from streams.ownership.holding import Holding
from streams.ownership.lookout import Lookout
from streams.ownership.membership import Membership
from streams.ownership.takeover import RESTORES, Role, Takeover
from streams.stopping import stopped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from streams.ownership.holding import Reading, Work
    from streams.settings import Settings
    from streams.status import Status

log = structlog.get_logger()
POLL_MS = 100
MOST_RECORDS = 500
LOOK_EVERY_S = 5.0
LOOK_LIMIT_S = 30.0
"""Where the event loop has much to do, an answer that came at once is heard late; several of these are in the
lookout's patience."""
POSITION_LIMIT_S = 1.0
LAST_TRANSACTION_S = 1.0


class Owner(ConsumerRebalanceListener):
    """Holds the partitions that the group gives this worker. Runs once."""

    def __init__(
        self,
        settings: Settings,
        role: Role,
        worker_id: str,
        make_work: Callable[[int], Work],
        status: Status,
        *,
        metrics: Metrics | None = None,
        restoring: asyncio.Semaphore | None = None,
    ) -> None:
        self._settings = settings
        self._role = role
        self._make_work = make_work
        self._status = status
        self._restoring = restoring or asyncio.Semaphore(RESTORES)
        self._meter = RoleMeter(metrics or Metrics(), role.name)
        self._holdings: dict[int, Holding] = {}
        self._confirmed: dict[int, int] = {}
        self._stop = asyncio.Event()
        self._advanced_at = 0.0
        self._consumer = member(settings, role.group, worker_id)
        self._membership: Membership | None = None
        self._lookout = Lookout(settings, role.name, self._holdings, self._heartbeat)
        # A vendor call may take up to half a session; then there is the last transaction.
        self._handover_s = settings.session_timeout / 2 + LAST_TRANSACTION_S

    async def run(self) -> None:
        """Read until `stop`. Raises what the client can't mend by itself; the service around it starts over."""
        # The client waits without limit while the group rebalances: a stop must be heard then, too.
        parts = (self._read(), self._look_around(), self._stop.wait(), self._lookout.run())
        side_by_side = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(side_by_side, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in side_by_side:
                task.cancel()
            await asyncio.wait(side_by_side, timeout=self._handover_s)  # one that stands still may never end
            await self._end(list(self._holdings))
            if self._membership and self._stop.is_set():
                self._membership.leave_on_close()
            await stopped(self._consumer, self._handover_s)
            await self._end(list(self._holdings))  # of a rebalance that came in between

    def stop(self) -> None:
        """End cleanly: finish what is in the air, mark it so, leave the group."""
        self._stop.set()

    def _heartbeat(self) -> float:
        return self._membership.good_at if self._membership else 0.0

    @property
    def held(self) -> list[int]:
        """Partitions that are ready and worked on."""
        return sorted(partition for partition, holding in self._holdings.items() if holding.tenure)

    def readings(self) -> list[Reading]:
        """How each partition stands that the group has given us."""
        return [holding.reading() for holding in self._holdings.values()]

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Pause before anything else, begin the takeovers, and return: heartbeats wait for this."""
        places = list(assigned)
        self._consumer.pause(*places)
        if self._membership is None:  # only now has the consumer a coordinator
            self._membership = Membership(self._consumer, self._settings.session_timeout)
        self._membership.joined()
        self._status.up(self._role.name, [place.partition for place in places])
        takeover = Takeover(self._settings, self._role, self._consumer, self._membership, self._restoring)
        for place in places:
            self._consumer.seek(place, 0)  # so that the group's offset is never asked for; the takeover seeks again
            generation = self._membership.generation
            holding = Holding(takeover, place.partition, generation, self._status, self._meter)
            self._holdings[place.partition] = holding
            holding.begin(self._make_work, self._confirmed.get(place.partition, 0))

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish what is in the air before the group may give the partition away; heartbeats go on meanwhile."""
        await self._end([place.partition for place in revoked])

    async def _read(self) -> None:
        self._consumer.subscribe([self._role.topic], listener=self)
        await self._consumer.start()
        while True:
            await self._poll()
            self._lookout.polls += 1

    async def _poll(self) -> None:
        for holding in self._holdings.values():
            if holding.work:
                paused = holding.place in self._consumer.paused()
                if holding.work.room() and paused:
                    self._consumer.resume(holding.place)
                elif not holding.work.room() and not paused:
                    self._consumer.pause(holding.place)
        fetched = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        for place, records in fetched.items():
            current = self._holdings.get(place.partition)
            if current:
                current.feed(records)
        if time.monotonic() - self._advanced_at >= LOOK_EVERY_S:
            self._advanced_at = time.monotonic()
            await self._answered(POSITION_LIMIT_S, self._advance_idle())

    async def _look_around(self) -> None:
        """Beside the polls, which would wait for each answer."""
        while True:
            if await self._answered(LOOK_LIMIT_S, self._hint_and_look()):
                self._lookout.looks += 1
            await asyncio.sleep(LOOK_EVERY_S)

    async def _answered(self, limit_s: float, asking: Awaitable[None]) -> bool:
        """Whether the client had an answer in time."""
        try:
            async with asyncio.timeout(limit_s):
                await asking
        except (KafkaError, TimeoutError) as error:
            log.debug("hint_failed", role=self._role.name, error=type(error).__name__)
            return False
        return True

    async def _end(self, partitions: Iterable[int]) -> None:
        ending = [self._holdings.pop(partition) for partition in partitions if partition in self._holdings]
        for holding in ending:
            holding.end()
        if ending:
            _, late = await asyncio.wait([holding.task for holding in ending], timeout=self._handover_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._confirmed |= {holding.place.partition: holding.confirmed for holding in ending}

    async def _advance_idle(self) -> None:
        """Move bookmarks over what holds no records, such as the marker of the last transaction before them.

        Else a log whose records have all expired would seem to begin after the bookmark.
        """
        for holding in list(self._holdings.values()):
            if holding.work is not None:
                position = await self._consumer.position(holding.place)
                holding.advance(position)

    async def _hint_and_look(self) -> None:
        await self._hint()
        await self._look()

    async def _hint(self) -> None:
        """Tell the group how far we are, for lag tools alone: the truth is in the state topic."""
        offsets = {
            holding.place: holding.tenure.bookmark.offset
            for holding in self._holdings.values()
            if holding.tenure and holding.tenure.bookmark
        }
        if offsets:
            await self._consumer.commit(offsets)

    async def _look(self) -> None:
        """Ask how long the logs are, for metrics: a paused partition's reader doesn't hear of what comes in."""
        working = [holding for holding in self._holdings.values() if holding.work]
        if working:
            ends = await self._consumer.end_offsets([holding.place for holding in working])
            for holding in working:
                holding.look(await self._consumer.position(holding.place), ends[holding.place])
