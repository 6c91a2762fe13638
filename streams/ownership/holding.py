"""One partition in this worker's hands, from assignment to revocation: takeover, work, and again after errors."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import structlog
from aiokafka import TopicPartition

from processors.patience import Repeats
from schemas.errors import LostRange, OwnershipLost, QuotaUnknown, StateUnreadable, StoodStill
from streams.ownership.backlog import Backlog
from streams.ownership.forgotten import tell_if_undone
from streams.ownership.vigil import Vigil
from streams.stopping import is_meant, lighten

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from aiokafka import ConsumerRecord

    from streams.metrics.meters import RoleMeter
    from streams.ownership.takeover import Takeover
    from streams.ownership.tenure import Tenure
    from streams.status import Status

log = structlog.get_logger()
RETRY_S = 0.5
LONGEST_RETRY_S = 30.0
LONGEST_ABSENCE_S = 2.0
"""Between takeovers that fail: nothing is harmed by them, and the broker may be back at any moment."""
FAILED_RETRY_S = 5.0
MOST_DOUBLINGS = 10
FRUITLESS = 5
"""So many failures in a row, of takeovers or of tenures that committed nothing, count as halted ..."""
PROBATION_S = 5.0
"""... until one of them has lasted: there may be nothing to commit."""


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

    def holds(self) -> Mapping[str, int]:
        """What it has in memory, by word: how many people, or how many open deliveries of which status."""

    def duties(self) -> Mapping[str, Hashable]:
        """What should go on now, each with a mark that changes when it does; see processors/patience.py."""

    def drain(self) -> None:
        """Begin nothing new; finish what is begun; make `run` return."""

    async def run(self, tenure: Tenure) -> None:
        """Work until drained. Raises whatever goes wrong: the partition is then taken over again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a partition stands: records that aren't settled, the age of the oldest one in s, what the work holds."""

    lag_records: int
    oldest_s: float
    holds: Mapping[str, int] = field(default_factory=dict)


class Holding:
    """`work` and `tenure` are set while records may be handed in. `task` runs `hold`."""

    def __init__(self, takeover: Takeover, partition: int, generation: int, status: Status, meter: RoleMeter) -> None:
        self._takeover = takeover
        self._role = takeover.role.name
        self._partition = partition
        self._generation = generation
        self._status = status
        self._meter = meter
        self._backlog = Backlog()
        self._settled = (0, 0)  # below which offset all is, and how many above it
        self._failed = 0  # takeovers in a row
        self._fruitless = 0  # tenures in a row, with the one under way
        self._told: str | None = None  # the last reason that was given for a halt
        self._probation_s = PROBATION_S
        self._repeats = Repeats(takeover.settings.stuck_after)
        self._vigil = Vigil(takeover.settings.stuck_after)
        self.place = TopicPartition(takeover.role.topic, partition)
        self.position = self.unread = 0
        self.tenure: Tenure | None = None
        self.work: Work | None = None
        self.task: asyncio.Task[None]

    def begin(self, make_work: Callable[[int], Work], confirmed: int = 0) -> None:
        """Start taking the partition over, and return at once. confirmed: how far this worker once brought it."""
        self._settled = (confirmed, 0)
        self.task = asyncio.create_task(self.hold(make_work))

    def end(self) -> None:
        """Finish what is in the air and let go; a takeover under way is broken off."""
        if self.tenure and self.work:
            self.tenure.leaving = True
            self.work.drain()
        else:
            self.task.cancel()

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        """Hand records in; without work they are dropped, and the takeover reads them again."""
        if self.work:
            self.work.feed(records)
            self._backlog.feed(records, self._mark()[0])

    def look(self, position: int, end: int) -> None:
        """Where the reader stands, and the log ends."""
        self.position, self.unread = position, end - position
        self._backlog.look(self.unread)

    def watch(self, now: float) -> None:
        """See that the work goes on; now: s, never goes back."""
        if self.work and self.tenure and not self.tenure.leaving:
            self._vigil.look(self.work.duties(), now)

    def reading(self) -> Reading:
        below, above = self._mark()
        holds = self.work.holds() if self.work else {}
        return Reading(self._backlog.records(below, above), self._backlog.oldest_s(below), holds)

    @property
    def confirmed(self) -> int:
        """Below that offset all is settled, as the broker has said to this worker."""
        return self._mark()[0]

    def _mark(self) -> tuple[int, int]:
        if self.tenure and self.tenure.bookmark:
            self._settled = (self.tenure.bookmark.offset, len(self.tenure.bookmark.settled))
        return self._settled

    def advance(self, position: int) -> None:
        """The reader stands at `position`, and all records before it were handed in."""
        if self.work and self.tenure and self.tenure.bookmark and position > self.tenure.bookmark.offset:
            self.work.advance(position)

    async def hold(self, make_work: Callable[[int], Work]) -> None:
        """Own the partition for one generation of the group; after any error, take it over anew."""
        while self._generation == self._takeover.membership.generation:
            began, pause_s = monotonic(), None
            try:
                await self._own(make_work(self._partition))
            except asyncio.CancelledError:
                if is_meant():
                    raise
                pause_s = self._lost(OwnershipLost("the takeover was broken off from within"))
            except StoodStill as error:
                pause_s = self._stood_still(error, monotonic() - began)
            except OwnershipLost as error:
                pause_s = self._lost(error)
            except (LostRange, StateUnreadable, QuotaUnknown) as error:
                lighten(error)
                self._halt(error.reason, str(error))
                pause_s = LONGEST_RETRY_S
            except Exception as error:
                log.exception("partition_failed", role=self._role, partition=self._partition)
                self._halt(type(error).__name__, "see the log")
                pause_s = FAILED_RETRY_S
            else:
                return  # drained
            if self.place in self._takeover.consumer.assignment():
                self._takeover.consumer.pause(self.place)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), pause_s)  # None: until `end`

    async def _own(self, work: Work) -> None:
        began = monotonic()
        self._failed += 1
        tenure = await self._takeover.run(self._partition, self._generation, partial(self._load, work))
        tell_if_undone(self._role, self._partition, self.confirmed, tenure.start)
        self._failed = 0
        self._fruitless += 1
        seconds = round(monotonic() - began, 3)
        self._meter.taken_over(seconds)
        tenure.told = self._meter.transaction
        log.info("taken_over", role=self._role, partition=self._partition, start=tenure.start, seconds=seconds)
        probation = asyncio.get_running_loop().call_later(self._probation_s, self._prove)
        try:
            self.tenure, self.work = tenure, work
            self._backlog.works()
            if self._fruitless <= FRUITLESS and self._told != StoodStill.reason:
                self._status.works(self._role, self._partition)
            self._takeover.consumer.resume(self.place)
            self._vigil = Vigil(self._takeover.settings.stuck_after)
            await self._vigil.run(work, tenure)
        finally:
            probation.cancel()
            self._mark()
            self._backlog.rests()
            self.tenure = self.work = None
            self._status.rests(self._role, self._partition)
            if tenure.commits:
                self._fruitless = 0
            await tenure.close()

    def _prove(self) -> None:
        self._fruitless = 0
        self._status.proved(self._role, self._partition, self._told)
        self._told = None

    def _halt(self, reason: str, text: str) -> None:
        self._told = reason
        self._status.halt(self._role, self._partition, reason, text)

    def _load(self, work: Work, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        work.load(pairs)
        self._meter.restored(len(pairs))

    def _stood_still(self, error: StoodStill, lasted_s: float) -> float | None:
        """The same, for good at last: what a call does at the vendor would be done again each time."""
        lighten(error)
        self._meter.lost()
        pause_s = self._repeats.pause_s(lasted_s)
        next_s = "not again before the worker is restarted" if pause_s is None else f"again in {pause_s:g} s"
        place = {"role": self._role, "partition": self._partition}
        log.error("alarm", alarm=error.reason, why=str(error), taken_over=next_s, **place)
        self._halt(error.reason, f"{error}, though nothing holds it back; it is taken over {next_s}")
        return pause_s

    def _lost(self, error: OwnershipLost) -> float:
        """Note it; how many s to wait before the next takeover."""
        lighten(error)
        self._meter.lost()
        log.warning("ownership_lost", role=self._role, partition=self._partition, why=str(error))
        if max(self._failed, self._fruitless) >= FRUITLESS:
            self._halt("no_progress", str(error))
        times, longest = self._fruitless, LONGEST_RETRY_S
        if self._failed:
            times, longest = self._failed, LONGEST_ABSENCE_S
        return float(min(longest, RETRY_S * 2 ** min(max(0, times - 1), MOST_DOUBLINGS)))
