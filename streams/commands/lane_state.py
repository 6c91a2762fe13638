"""What lanes keep, read from their state topics: no worker is asked, so none has to run."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from schemas.codec import decode
from schemas.records import LaneEntry
from streams import topics
from streams.logs import scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.settings import Settings

State = dict[bytes, bytes]


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


def entries_in(state: State) -> list[LaneEntry]:
    """The deliveries in it, without the lane's own marks."""
    return [decode(LaneEntry, value) for key, value in state.items() if not key.startswith(b"!")]


async def kept(settings: Settings, lanes: Iterable[str], *statuses: str) -> list[Kept]:
    """All deliveries of these statuses in these lanes. Raises as `state_of` does."""
    return [
        Kept(lane, partition, entry)
        for lane in lanes
        for partition, state in sorted((await state_of(settings, lane)).items())
        for entry in entries_in(state)
        if entry.status in statuses
    ]
