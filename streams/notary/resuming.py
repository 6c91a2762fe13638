"""Where a tree goes on whose edge was lost: its heads are there still, and list its leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.notarising.note import Checkpoint, opened
from schemas.errors import NotProven, StateUnreadable
from streams.notary.heads import head_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from aiokafka import ConsumerRecord

    from processors.notarising.tree import Edge


async def largest(heads: AsyncIterator[ConsumerRecord], keys: Collection[bytes], origin: str) -> Checkpoint | None:
    """What was signed of a tree; None: nothing ever was.

    Raises:
        StateUnreadable: a head can't be believed.

    """
    found: Checkpoint | None = None
    async for record in heads:
        head = head_in(record)
        try:
            checkpoint = opened(head.note, keys, origin)
        except NotProven as error:
            raise StateUnreadable(f"{head.where} {error}, so nobody knows where its tree stands") from None
        if found is None or checkpoint.size > found.size:
            found = checkpoint
    return found


async def grow(edge: Edge, known: AsyncIterator[bytes], size: int) -> None:
    """Add the leaves that are known, until the tree has so many."""
    async for leaf in known:
        if edge.size == size:
            return
        edge.add(leaf)
