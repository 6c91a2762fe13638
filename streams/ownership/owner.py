"""The loop that every role runs: read, hand records to the owner of their partition, follow the group's changes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import LostRange, OwnershipLost
from streams.clients import member
from streams.ownership.membership import Membership
from streams.ownership.takeover import Load, Role, Takeover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from streams.ownership.tenure import Tenure
    from streams.settings import Settings
    from streams.status import Status

log = structlog.get_logger()
POLL_MS = 100
MOST_RECORDS = 500
HINT_EVERY_S = 5.0
RETRY_S = 0.5
FAILED_RETRY_S = 5.0
HALTED_RETRY_S = 30.0
HANDOVER_LIMIT_S = 6.0
"""A vendor call may take up to 5 s; then the last transaction."""


class Work(Protocol):
    """What is done with one owned partition. One object per tenure."""

    def load(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Take in state records; in a thread."""

    def room(self) -> bool:
        """May more records be handed in?"""

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        """Take in records of the partition, in order."""

    def advance(self, position: int) -> None:
        """The log holds no records between the last one handed in and `position`: the bookmark may move there."""

    def drain(self) -> None:
        """Begin nothing new; finish what is begun; make `run` return."""

    async def run(self, tenure: Tenure) -> None:
        """Work until drained. Raises whatever goes wrong: the partition is then taken over again."""


class _Holding:
    def __init__(self, task: asyncio.Task[None]) -> None:
        self.task = task
        self.tenure: Tenure | None = None
        self.work: Work | None = None


class Owner(ConsumerRebalanceListener):
    """Holds the partitions that the group gives this worker."""

    def __init__(
        self, settings: Settings, role: Role, worker_id: str, make_work: Callable[[int], Work], status: Status
    ) -> None:
        self._settings = settings
        self._role = role
        self._worker_id = worker_id
        self._make_work = make_work
        self._status = status
        self._holdings: dict[int, _Holding] = {}
        self._stopping = False
        self._hinted_at = 0.0

    async def run(self) -> None:
        """Read until `stop`. Raises what the client can't mend by itself; the service around it starts over."""
        self._consumer = member(self._settings, self._role.group, self._worker_id)
        self._consumer.subscribe([self._role.topic], listener=self)
        await self._consumer.start()
        try:
            while not self._stopping:
                await self._poll()
        finally:
            await self._end(list(self._holdings))
            if self._stopping:
                self._membership.leave_on_close()
            await self._consumer.stop()

    def stop(self) -> None:
        """End cleanly: finish what is in the air, mark it so, leave the group."""
        self._stopping = True

    @property
    def held(self) -> list[int]:
        """Partitions that are ready and worked on."""
        return sorted(partition for partition, holding in self._holdings.items() if holding.tenure)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Pause before anything else, note who is in charge, and return: heartbeats wait for this."""
        places = list(assigned)
        self._consumer.pause(*places)
        self._watch_membership()
        self._membership.joined()
        for place in places:
            task = asyncio.create_task(self._hold(place.partition, self._membership.generation))
            self._holdings[place.partition] = _Holding(task)
        self._status.up(self._role.name, [place.partition for place in places])

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish what is in the air before the group may give the partition away; heartbeats go on meanwhile."""
        await self._end([place.partition for place in revoked])

    def _watch_membership(self) -> None:
        if not hasattr(self, "_membership"):
            self._membership = Membership(self._consumer, self._settings.session_timeout)

    async def _poll(self) -> None:
        for partition, holding in self._holdings.items():
            if holding.tenure and holding.work:
                place = TopicPartition(self._role.topic, partition)
                paused = place in self._consumer.paused()
                if holding.work.room() and paused:
                    self._consumer.resume(place)
                elif not holding.work.room() and not paused:
                    self._consumer.pause(place)
        fetched = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        for place, records in fetched.items():
            current = self._holdings.get(place.partition)
            if current and current.tenure and current.work:  # else dropped: the takeover reads them again
                current.work.feed(records)
        await self._hint()

    async def _hold(self, partition: int, generation: int) -> None:
        """Own one partition for one generation of the group; after any error, take it over anew."""
        place = TopicPartition(self._role.topic, partition)
        holding = None
        while generation == self._membership.generation and not self._stopping:
            pause_s = RETRY_S
            work = self._make_work(partition)
            tenure = None
            try:
                tenure = await self._takeover(partition, generation, work.load)
                holding = self._holdings[partition]
                holding.tenure, holding.work = tenure, work
                self._status.works(self._role.name, partition)
                self._consumer.resume(place)
                await work.run(tenure)
                break  # drained
            except OwnershipLost as error:
                log.warning("ownership_lost", role=self._role.name, partition=partition, why=str(error))
            except LostRange as error:
                self._status.halt(self._role.name, partition, "lost_range", str(error))
                pause_s = HALTED_RETRY_S
            except Exception as error:
                log.exception("partition_failed", role=self._role.name, partition=partition)
                self._status.halt(self._role.name, partition, type(error).__name__, "see the log")
                pause_s = FAILED_RETRY_S
            finally:
                if holding:
                    holding.tenure = holding.work = None
                if tenure:
                    await tenure.close()
            if place in self._consumer.assignment():
                self._consumer.pause(place)
            await asyncio.sleep(pause_s)

    async def _takeover(self, partition: int, generation: int, load: Load) -> Tenure:
        takeover = Takeover(self._settings, self._role, self._consumer, self._membership)
        return await takeover.run(partition, generation, load)

    async def _end(self, partitions: Iterable[int]) -> None:
        ending = [self._holdings.pop(partition) for partition in partitions if partition in self._holdings]
        for holding in ending:
            if holding.tenure and holding.work:
                holding.tenure.leaving = True
                holding.work.drain()
            else:
                holding.task.cancel()
        if ending:
            _, late = await asyncio.wait([holding.task for holding in ending], timeout=HANDOVER_LIMIT_S)
            for task in late:
                task.cancel()

    async def _hint(self) -> None:
        """Tell the group how far we are, for lag tools alone: the truth is in the state topic."""
        if time.monotonic() - self._hinted_at < HINT_EVERY_S:
            return
        self._hinted_at = time.monotonic()
        for partition, holding in list(self._holdings.items()):
            if holding.tenure and holding.work:
                position = await self._consumer.position(TopicPartition(self._role.topic, partition))
                if position > (holding.tenure.bookmark.offset if holding.tenure.bookmark else 0):
                    holding.work.advance(position)
        offsets = {
            TopicPartition(self._role.topic, partition): holding.tenure.bookmark.offset
            for partition, holding in self._holdings.items()
            if holding.tenure and holding.tenure.bookmark
        }
        if offsets:
            try:
                await self._consumer.commit(offsets)
            except KafkaError as error:
                log.debug("offset_hint_failed", role=self._role.name, error=type(error).__name__)
