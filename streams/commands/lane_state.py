"""What lanes keep, read from their state topics: no worker is asked, so none has to run."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from schemas.codec import decode
from schemas.records import LaneEntry
from streams import topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from streams.settings import Settings

State = dict[bytes, bytes]
Told = TypeVar("Told")
AT_ONCE = 8
"""Lanes that are read at the same time: most of the time is waiting for the broker."""


class Kept(NamedTuple):
    """One unfinished delivery, and where it stands."""

    lane: str
    partition: int
    entry: LaneEntry


async def state_of(settings: Settings, lane: str) -> dict[int, State]:
    """The lane's state topic as it is now, by partition; empty ones are left out.

    Raises:
        SetupError: no broker answers.
        TopicsError: the lane has no state topic.

    """
    state: dict[int, State] = defaultdict(dict)
    async for record in scan(settings, topics.lane_state(lane)):
        if record.value is None:
            state[record.partition].pop(record.key, None)
        else:
            state[record.partition][record.key] = record.value
    return dict(state)


async def of_each(lanes: Iterable[str], read: Callable[[str], Awaitable[Told]]) -> dict[str, Told]:
    """What `read` tells of each lane, in their order, by name. Raises what it raises."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(lane: str) -> tuple[str, Told]:
        async with turn:
            return lane, await read(lane)

    return dict(await asyncio.gather(*map(one, lanes)))


def entries_in(state: State) -> list[LaneEntry]:
    """The deliveries in it, without the lane's own marks."""
    return [decode(LaneEntry, value) for key, value in state.items() if not key.startswith(b"!")]


async def kept(settings: Settings, lanes: Iterable[str], *statuses: str) -> list[Kept]:
    """All deliveries of these statuses in these lanes. Raises as `state_of` does."""
    states = await of_each(lanes, partial(state_of, settings))
    return [
        Kept(lane, partition, entry)
        for lane, partitions in states.items()
        for partition, state in sorted(partitions.items())
        for entry in entries_in(state)
        if entry.status in statuses
    ]
