"""Where in its tree a log begins whose first records were deleted: the heads' lists still have their leaves."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from processors.notarising.findings import DELETED, Leaf
from processors.notarising.leaf import leaf_of
from processors.notarising.tree import split
from streams import topics
from streams.logs import scan, spans_of
from streams.notary.heads import head_in
from streams.notary.walk import LOOK_AHEAD

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from aiokafka import ConsumerRecord

    from streams.settings import Settings


class Beginning(NamedTuple):
    """offset: Kafka has deleted what was before; number: of the first record that is left, so many are gone."""

    offset: int = 0
    number: int = 0


async def beginning(settings: Settings, topic: str, partition: int) -> Beginning:
    """Of a partition of the audit, or of a copy. Raises as `scan` does."""
    offset, _ = (await spans_of(settings, topic, [partition]))[partition]
    if offset == 0:
        return Beginning()
    first: list[Leaf] = []
    async with aclosing(scan(settings, topic, partitions=[partition])) as audit:
        async for record in audit:
            first.append(leaf_in(record))
            if len(first) == LOOK_AHEAD:
                break
    async with aclosing(scan(settings, topics.CHECKPOINTS, partitions=[partition])) as heads:
        return Beginning(offset, await number_of(first, listed(heads)))


async def number_of(first: Sequence[Leaf], known: AsyncIterator[bytes]) -> int:
    """Where a log that begins with these is in the tree; where none of them is known: behind all that are."""
    places = {leaf.hash: place for place, leaf in reversed([*enumerate(first)])}
    nearest, found, size = len(first), None, 0
    async for leaf in known:
        place = places.get(leaf)
        if place is not None and place < nearest:  # what stands before it was altered, or is new
            nearest, found = place, max(0, size - place)
        if place == 0:
            break
        size += 1
    return size if found is None else found


async def listed(heads: AsyncIterator[ConsumerRecord]) -> AsyncGenerator[bytes]:
    """The leaves in the lists of heads, from number 0 to the end, or to where a head is missing."""
    size = 0
    async for record in heads:
        head = head_in(record)
        if head.start > size:
            return
        for leaf in [*split(head.leaves or b"")][size - head.start :]:
            yield leaf
            size += 1


async def rejoined(
    number: int, known: AsyncIterator[bytes], audit: AsyncIterator[ConsumerRecord]
) -> AsyncGenerator[Leaf]:
    """The leaves of a log, and before them those of so many records that were deleted, as far as they are known."""
    while number and (leaf := await anext(known, None)) is not None:
        yield Leaf(leaf, DELETED, 0)
        number -= 1
    async for record in audit:
        yield leaf_in(record)


def leaf_in(record: ConsumerRecord) -> Leaf:
    leaf = leaf_of(record.timestamp, record.key, record.value, record.headers)
    return Leaf(leaf, record.offset, record.timestamp)
