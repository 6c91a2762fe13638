"""The newest head of each partition, as it stands in `consent.checkpoints`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.notarising.tree import split
from processors.reporting.heads import NewestHead
from streams import topics
from streams.logs import scan
from streams.notary.heads import head_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.reporting.fact import Fact
    from streams.settings import Settings


async def newest_heads(settings: Settings, facts: Iterable[Fact]) -> dict[int, NewestHead]:
    """Of the partitions of these facts, with which of their leaves a head lists. Nothing is checked.

    Raises:
        SetupError, TopicsError: no broker, or no such topic.

    """
    wanted = defaultdict[int, set[bytes]](set)
    for fact in facts:
        wanted[fact.partition].add(fact.leaf or b"")
    found: dict[int, NewestHead] = {}
    async for record in scan(settings, topics.CHECKPOINTS, partitions=wanted):
        head, number = head_in(record), record.partition
        listed = wanted[number].intersection(split(head.leaves or b""))
        before = found[number].listed if number in found else frozenset()
        found[number] = NewestHead(head.note, record.timestamp * 1000, before | listed)
    return found
