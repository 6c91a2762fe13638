"""One reconciliation from end to end, within bounded memory."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from processors.lane import lanes_of
from processors.reconciling.beginning import judged_at
from processors.reconciling.inquiry import Inquiry
from processors.reconciling.judging import Law
from processors.reconciling.matching import LOOKED_AHEAD, Taken
from processors.reconciling.slices import EVERYBODY
from schemas.times import DAY
from streams import clients, topics
from streams.ownership.tenure import now_micros
from streams.reconciling.lanes import in_hand, lost
from streams.reconciling.router import judged_up_to
from streams.reconciling.tape import tape
from streams.wire import home_of, incoming_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from processors.reconciling.finding import Finding
    from schemas.connections import RelayConfig
    from streams.reconciling.lanes import InHand
    from streams.reconciling.tape import Tape, Tapes
    from streams.settings import Settings

MOST_IN_MEMORY = 500_000
"""People, and deliveries that have not ended long ago: some hundred bytes each, a person's state included."""
FORGOTTEN_AFTER = 200 * DAY
"""So long after its end nothing is told of a delivery any more: what has failed may begin anew for 90 days."""
CHUNK = 500


@dataclass
class Counted:
    """say: hears partition, offset and end of the audit while it is read, once a chunk.

    begins: by partition, before which offset Kafka has deleted the audit, where it has.
    passed: records that are no finding, as what explains them may have been there.
    """

    say: Callable[[int, int, int], None] = lambda *_: None
    events: int = 0
    records: int = 0
    passes: int = 0
    passed: int = 0
    begins: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reconciler:
    """most: what may be in memory at once; where there is more, it is read once more."""

    settings: Settings
    law: Law
    counted: Counted
    tapes: Tapes
    most: int = MOST_IN_MEMORY

    async def findings(self) -> AsyncGenerator[Finding]:
        """Everything that is wrong, partition by partition. Raises SetupError, KafkaError."""
        lanes = await self._lanes()
        for partition in range(self.settings.partitions):
            hands = await in_hand(self.tapes, lanes, partition)
            todo, router_at = [EVERYBODY], await judged_up_to(self.tapes, partition)
            since = await self._since(partition, router_at)
            while todo:
                inquiry = await self._inquire(Inquiry(self.law, partition, todo[-1], since), router_at, hands)
                self.counted.passes += 1
                of = todo.pop()
                if inquiry is None:
                    todo += of.halves
                    continue
                self.counted.events += inquiry.events
                self.counted.records += inquiry.records
                self.counted.passed += inquiry.hearing.passed
                for finding in inquiry.findings:
                    yield finding

    async def _lanes(self) -> list[str]:
        """Those that have a state."""
        admin = await clients.admin(self.settings)
        try:
            existing = set(await admin.list_topics())
        finally:
            await admin.close()
        return [name for name in sorted(self.law.names) if topics.lane_state(name) in existing]

    async def _since(self, partition: int, router_at: int) -> int:
        """Below this offset of the events, verdicts were deleted with the beginning of the audit; 0: none was."""
        async with self.tapes(topics.AUDIT, partition) as facts:
            begins = await facts.begins()
            if not begins:
                return 0
            self.counted.begins[partition] = begins
            while records := await facts.next(CHUNK):
                for record in records:
                    if (offset := judged_at(record.value, partition)) is not None:
                        return offset
        return router_at

    async def _inquire(self, inquiry: Inquiry, router_at: int, hands: dict[str, InHand]) -> Inquiry | None:
        """None: there is too much for one pass."""
        partition, since = inquiry.begins
        async with AsyncExitStack() as stack:
            events = await stack.enter_async_context(self.tapes(topics.EVENTS, partition, since))
            facts = await stack.enter_async_context(self.tapes(topics.AUDIT, partition))
            while records := await facts.next(CHUNK):
                await self._look_ahead(inquiry, events)
                for record in records:
                    inquiry.take(record.offset, record.key, record.value, record.timestamp * 1000)
                self.counted.say(partition, records[-1].offset + 1, facts.end)
                if not inquiry.people.fits(self.most, records[-1].timestamp * 1000 - FORGOTTEN_AFTER):
                    return None
                await asyncio.sleep(0)
            while await self._look_ahead(inquiry, events):
                inquiry.end(router_at, now_micros())
        gone = await lost(self.tapes, inquiry.hearing.waiting(), hands, partition)
        inquiry.hearing.close(now_micros(), gone)
        return inquiry

    async def _look_ahead(self, inquiry: Inquiry, events: Tape) -> int:
        """Let as much wait as a chunk of the audit may be about; how much waits then."""
        waiting = inquiry.matching
        waiting.begins = max(await events.begins(), inquiry.begins.since)
        while len(waiting) < LOOKED_AHEAD + CHUNK and (records := await events.next(CHUNK)):
            waiting.feed(Taken(record.offset, incoming_of(record, self.law.pepper)) for record in records)
        return len(waiting)


def reconciler(settings: Settings, config: RelayConfig, counted: Counted) -> Reconciler:
    """Raises SetupError: a key or a policy is missing."""
    law = Law(config, lanes_of(config), settings.key("pepper"), home_of(settings.partitions))
    return Reconciler(settings, law, counted, partial(tape, settings))
