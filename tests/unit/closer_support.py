"""The closer's work on one partition, on paper: the audit as Kafka hands it over, and a clock that a test sets."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord
from closing_support import KEY, NOW, PID
from router_support import PaperTenure, running, until

from schemas.codec import decode, encode
from schemas.records import AuditRecord, Command
from schemas.request import Request
from streams import topics
from streams.closer.clerk import Clerk
from streams.closer.work import CloserWork
from streams.control import PLACE, Control

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


PARTITION = 0


@dataclass
class Closer:
    """`wall`: what its clock says, µs."""

    tenure: PaperTenure = field(default_factory=lambda: PaperTenure(partition=PARTITION))
    control: Control = field(default_factory=Control)
    wall: int = NOW
    work: CloserWork = field(init=False)
    beside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        clerk = Clerk(self.control, now=lambda: self.wall, interval_s=0.0, beside=self._beside)
        self.work = CloserWork(clerk, PARTITION)

    @contextmanager
    def _beside(self, partition: int) -> Iterator[None]:
        self.beside.append(f"{partition} begins")
        yield
        self.beside.append(f"{partition} ends")

    def hear(self, *records: AuditRecord | bytes) -> None:
        """The next records of the log, of when they say; offsets count on."""
        first = self.work._next if not self.work._waiting else self.work._waiting[-1].offset + 1
        self.work.feed([kafka(record, first + number) for number, record in enumerate(records)])

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async with running(self.work, self.tenure):
            yield

    async def settled(self) -> None:
        """Until all that it was told is committed."""
        await until(lambda: not self.work._waiting and not self.work._book.changed)

    def kept(self) -> dict[bytes, bytes | None]:
        """The state topic, compacted."""
        outs = [out for commit in self.tenure.commits for out in commit.outs if out.topic == topics.REQUESTS]
        return {out.key: out.value for out in outs}

    def request(self) -> Request:
        return decode(Request, self.kept()[KEY.encode()] or b"")

    def facts(self) -> list[AuditRecord]:
        return [fact for commit in self.tenure.commits for fact in commit.audit()]

    def told(self) -> list[str]:
        return [fact.kind for fact in self.facts()]


def kafka(record: AuditRecord | bytes, offset: int) -> ConsumerRecord:
    value = record if isinstance(record, bytes) else encode(record)
    at = NOW if isinstance(record, bytes) else record.at
    sizes = len(PID), len(value)
    return ConsumerRecord(topics.AUDIT, PARTITION, offset, at // 1000, 0, PID.encode(), value, None, *sizes, ())


def command(name: str, offset: int, args: dict[str, str], **more: Any) -> ConsumerRecord:
    """As it stands in `consent.control`."""
    about = {"lane": None, "by": "eva", "reason": "ticket 7", "at": NOW, **more}
    value = encode(Command(command_id=f"c-{offset}", name=name, args=args, **about))
    return ConsumerRecord(PLACE.topic, 0, offset, NOW // 1000, 0, b"!", value, None, 1, len(value), ())
