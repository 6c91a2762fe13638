"""The notary's work on one partition, on paper, and logs with their heads for the judge."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from router_support import PaperTenure, running

from schemas.codec import decode
from schemas.tree_edge import TreeEdge
from streams import topics
from streams.notary.heads import head_in
from streams.notary.office import Office
from streams.notary.witness import Witness
from streams.notary.work import EDGE_KEY, NotaryWork

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence
    from pathlib import Path

    from processors.notarising.judging import Head

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
NEVER_S = 1e6


@dataclass
class Notary:
    directory: Path
    most: int = 1000
    interval_s: float = NEVER_S
    signed: Sequence[ConsumerRecord] = ()
    tenure: PaperTenure = field(default_factory=lambda: PaperTenure(partition=0, state_topic=topics.NOTARY))
    work: NotaryWork = field(init=False)

    def __post_init__(self) -> None:
        witness = Witness(self.directory / "witness.jsonl")
        self.office = Office(
            KEY, "tests", witness, self.most, self.interval_s, [PUBLIC], lambda _: read(self.signed), now=lambda: 5
        )
        self.work = NotaryWork(self.office, 0)

    def feed(self, *values: bytes, first: int = 0) -> None:
        self.work.feed([record(value, first + number) for number, value in enumerate(values)])

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async with running(self.work, self.tenure):
            yield

    def heads(self) -> list[Head]:
        """As the topic has them."""
        return [head_in(one) for one in self.checkpoints()]

    def checkpoints(self) -> list[ConsumerRecord]:
        outs = [out for commit in self.tenure.commits for out in commit.outs if out.topic == topics.CHECKPOINTS]
        return [kafka(out.value, number, out.headers) for number, out in enumerate(outs)]

    def edge(self) -> TreeEdge:
        outs = [out for commit in self.tenure.commits for out in commit.outs if out.key == EDGE_KEY]
        return decode(TreeEdge, outs[-1].value or b"")


def record(value: bytes, offset: int, at: int = 1000) -> ConsumerRecord:
    return ConsumerRecord(topics.AUDIT, 0, offset, at, 0, b"p1.a", value, None, 4, len(value), ())


async def read(records: Sequence[Any]) -> AsyncGenerator[Any]:
    for one in records:
        yield one


def kafka(value: bytes | None, offset: int, headers: Any) -> ConsumerRecord:
    return ConsumerRecord(topics.CHECKPOINTS, 0, offset, 1000, 0, b"0", value, None, 1, len(value or b""), headers)
