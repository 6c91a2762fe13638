"""A log that is read once from Kafka and then from memory, so that faults can be planted into copies of its audit."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tape_support import PaperTape

from schemas.codec import decode, encode
from schemas.records import AuditRecord
from streams import topics
from streams.reconciling.run import Counted, reconciler
from streams.reconciling.tape import tape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from aiokafka import ConsumerRecord

    from processors.reconciling.finding import Finding
    from schemas.records import Leg
    from streams.demo.stage import Stage
    from streams.reconciling.tape import Tape
    from streams.settings import Settings

    Change = Callable[[AuditRecord], tuple[AuditRecord, ...]]
    """What stands in the place of a record."""


@dataclass
class Dumped:
    """planted: by record_id, what the audit is made to say instead; cut: by partition, where the audit begins."""

    settings: Settings
    logs: dict[tuple[str, int], list[ConsumerRecord]] = field(default_factory=dict)
    planted: dict[str, Change] = field(default_factory=dict)
    cut: dict[int, int] = field(default_factory=dict)

    @asynccontextmanager
    async def tapes(self, topic: str, partition: int, start: int = 0) -> AsyncIterator[Tape]:
        if (topic, partition) not in self.logs:
            log = self.logs[topic, partition] = []
            async with tape(self.settings, topic, partition) as real:
                while records := await real.next():
                    log += records
        first = self.cut.get(partition, 0) if topic == topics.AUDIT else 0
        log = [record for record in self.logs[topic, partition] if record.offset >= max(start, first)]
        end = log[-1].offset + 1 if log else start
        planted = [one for record in log for one in self._as_planted(record)] if self.planted else log
        yield PaperTape(planted, end, first)

    def _as_planted(self, record: ConsumerRecord) -> Iterator[ConsumerRecord]:
        if record.topic != topics.AUDIT:
            yield record
            return
        fact = decode(AuditRecord, record.value)
        change = self.planted.get(fact.record_id)
        for one in change(fact) if change else (fact,):
            yield replace(record, value=encode(one))

    def facts(self) -> list[AuditRecord]:
        logs = (log for (topic, _), log in sorted(self.logs.items()) if topic == topics.AUDIT)
        return [decode(AuditRecord, record.value) for log in logs for record in log]


async def found(stage: Stage, dumped: Dumped, **more: Any) -> list[Finding]:
    """What a reconciliation of that log finds; more: of the reconciler, so that it takes several passes."""
    counted = Counted()
    work = replace(reconciler(stage.settings, stage.config, counted), tapes=dumped.tapes, **more)
    findings = sorted([finding async for finding in work.findings()], key=repr)
    assert (counted.passes > stage.settings.partitions) == bool(more)
    return findings


@dataclass
class Ended:
    """A delivery of which the audit has one word, its end; and how it was planned."""

    outcome: AuditRecord
    planned: AuditRecord
    leg: Leg


def ended(facts: list[AuditRecord]) -> Iterator[Ended]:
    told = Counter(fact.delivery_id or "" for fact in facts)
    plans = {fact.event_id: fact for fact in facts if fact.kind == "planned"}
    for fact in facts:
        if fact.kind == "outcome" and fact.outcome == "executed" and told[fact.delivery_id or ""] == 1:
            planned = plans.get(fact.event_id)
            for leg in (planned and planned.legs) or ():
                if planned and leg.delivery_id == fact.delivery_id:
                    yield Ended(fact, planned, leg)
