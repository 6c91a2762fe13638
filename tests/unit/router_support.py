"""A tenure on paper: what the router would write, transaction by transaction."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from routing_support import HOME

from schemas.codec import C, decode, encode
from schemas.errors import OwnershipLost
from schemas.records import AuditRecord, Bookmark, DeadLetter
from streams import topics
from streams.outbox import Out

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from schemas.contract import Record
    from streams.ownership.holding import Work
    from streams.ownership.tenure import Tenure
    from streams.router import RouterWork

LIMIT_S = 5.0
MARKS, RECORDS = "marks", "records"


@dataclass
class Commit:
    outs: list[Out]
    offset: int
    clean: bool | None

    def audit(self) -> list[AuditRecord]:
        return [decode(AuditRecord, out.value or b"") for out in self.outs if out.topic == topics.AUDIT]

    def dead_letters(self) -> list[int]:
        """Offsets of the records that went there."""
        letters = [decode(DeadLetter, out.value or b"") for out in self.outs if out.topic == topics.DEAD_LETTER]
        return [letter.origin.offset for letter in letters]

    def states(self) -> list[tuple[bytes, bytes | None]]:
        return [(out.key, out.value) for out in self.outs if out.topic == topics.STATE]


@dataclass
class PaperTenure:
    """Writes transactions down; from `fails_from` on it is fenced."""

    start: int = 0
    fails_from: int | None = None
    commits: list[Commit] = field(default_factory=list)
    marks: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    records: dict[bytes, bytes | None] = field(default_factory=dict)
    partition: int = HOME
    ended: bool = True
    new: bool = False
    state_topic: str = RECORDS

    def marked(self, key: bytes) -> Bookmark | None:
        offset, *settled = self.marks.get(key, (None,))
        return None if offset is None else Bookmark(offset=offset, settled=tuple(settled), at=0)

    def mark(self, key: bytes, offset: int, *more: int) -> Out:
        return Out(MARKS, self.partition, key, " ".join(map(str, (offset, *more))).encode())

    def drop(self, key: bytes) -> Out:
        return Out(MARKS, self.partition, key, None)

    def kept(self, key: bytes, contract: type[C]) -> C | None:
        value = self.records.get(key)
        return decode(contract, value) if value else None

    def keep(self, key: bytes, record: Record) -> Out:
        return Out(self.state_topic, self.partition, key, encode(record))

    async def at_end(self) -> bool:
        return self.ended

    async def commit(
        self, outs: Iterable[Out], offset: int, settled: Iterable[int] = (), *, clean: bool | None = None
    ) -> None:
        await asyncio.sleep(0)
        assert not tuple(settled)
        if self.fails_from is not None and len(self.commits) >= self.fails_from:
            raise OwnershipLost("fenced")
        self.commits.append(Commit(list(outs), offset, clean))
        for out in self.commits[-1].outs:
            if out.topic == self.state_topic or out.value is None:
                self.records[out.key] = out.value
            elif out.topic == MARKS:
                self.marks[out.key] = tuple(map(int, (out.value or b"").split()))


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.001)


@asynccontextmanager
async def running(work: Work, tenure: PaperTenure) -> AsyncIterator[None]:
    """The work runs meanwhile; afterwards it is drained, and its errors are raised."""
    task = asyncio.create_task(work.run(cast("Tenure", tenure)))
    try:
        yield
        work.drain()
    except BaseException:
        task.cancel()
        raise
    finally:
        await asyncio.wait({task}, timeout=LIMIT_S)
    task.result()


async def drained(work: RouterWork, *records: Any, tenure: PaperTenure | None = None) -> list[Commit]:
    """What is committed because of these records, handed over together."""
    tenure = tenure or PaperTenure()
    work.feed(records)
    running = asyncio.create_task(work.run(cast("Tenure", tenure)))
    await until(lambda: not work._waiting)
    work.drain()
    await asyncio.wait_for(running, LIMIT_S)
    return tenure.commits
