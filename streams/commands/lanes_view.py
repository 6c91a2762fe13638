"""How the lanes stand, read from their topics alone: no worker is asked, so none has to run."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from aiokafka import TopicPartition

from schemas.codec import decode
from schemas.errors import DataError
from schemas.pulse import Pulse
from schemas.records import Bookmark, Delivery, LaneStatus
from schemas.times import SECOND, iso
from streams import topics
from streams.clients import unreachable
from streams.commands.lane_state import State, entries_in, of_each, state_of
from streams.commands.lanes_pulse import told
from streams.commands.orders import watching
from streams.lanes.orders.pausing import BY_GUARD, PAUSED_KEY
from streams.ownership.tenure import OFFSET_KEY, PULSE_KEY, now_micros

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.settings import Settings

STATUSES: tuple[str, ...] = get_args(LaneStatus)
SETTLED = {"manual_task", "failed", "verifying", "retained"}
"""Kept for a person to look at, to be read back, or for its review; the others wait for the lane."""
ENDED = {"failed", "verifying", "retained"}
"""The law's clock has stopped for them, or a person was told."""
POLL_MS = 200
LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """One partition of a lane. lag: records not settled, by offsets; waits_since: receipt of the oldest one, µs.

    flooded: it has paused itself, as everybody was refused. due: legal deadlines of what is kept and not given up,
    µs; pulse: what its worker told last.
    """

    number: int
    paused: bool
    flooded: bool
    lag: int
    entries: Counter[str]
    waits_since: int | None
    due: tuple[int, ...]
    pulse: Pulse | None


async def standing(settings: Settings, lanes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """How each of these lanes stands, as `lanes list --json` tells it. Raises as `places` does."""

    async def one(lane: str) -> dict[str, Any]:
        async with watching(settings) as source:
            return summed(lane, await places(settings, source, lane), now_micros())

    return await of_each(lanes, one)


async def places(settings: Settings, source: AIOKafkaConsumer, lane: str) -> list[Place]:
    """All partitions of a lane.

    Raises:
        SetupError: the broker doesn't answer in time.
        TopicsError: the lane has no state topic.

    """
    state = await state_of(settings, lane)
    spots = [TopicPartition(topics.deliveries(lane), number) for number in range(settings.partitions)]
    begins, ends = await source.beginning_offsets(spots), await source.end_offsets(spots)
    found = []
    for spot in spots:
        mine = state.get(spot.partition, {})
        mark = bookmark(mine, begins[spot])
        try:
            async with asyncio.timeout(LIMIT_S):
                first = await _first(source, spot, mark, ends[spot])
        except TimeoutError:
            raise unreachable(settings) from None
        found.append(place(spot.partition, mine, mark, ends[spot], first))
    return found


def bookmark(state: State, begins: int) -> Bookmark:
    """How far the partition is worked; `begins`: the first offset of its log."""
    if OFFSET_KEY not in state:
        return Bookmark(offset=begins, at=0)
    mark = decode(Bookmark, state[OFFSET_KEY])
    return mark.changed(offset=max(mark.offset, begins))


async def _first(source: AIOKafkaConsumer, spot: TopicPartition, mark: Bookmark, end: int) -> ConsumerRecord | None:
    """The first record that is not settled."""
    source.assign([spot])
    source.seek(spot, mark.offset)
    while await source.position(spot) < end:
        for record in (await source.getmany(timeout_ms=POLL_MS)).get(spot, []):
            if record.offset not in mark.settled:
                return record
    return None


def place(number: int, state: State, mark: Bookmark, end: int, first: ConsumerRecord | None) -> Place:
    """What the state says; end: of the log; first: its first record that is not settled."""
    entries = entries_in(state)
    since = [entry.delivery.received_at for entry in entries if entry.status not in SETTLED]
    if first is not None:
        since.append(_received(first))
    return Place(
        number,
        paused=PAUSED_KEY in state,
        flooded=PAUSED_KEY in state and decode(Bookmark, state[PAUSED_KEY]).offset == BY_GUARD,
        lag=max(0, end - mark.offset - len(mark.settled)) if first is not None else 0,
        entries=Counter(entry.status for entry in entries),
        waits_since=min(since, default=None),
        due=tuple(entry.delivery.due_at for entry in entries if entry.status not in ENDED),
        pulse=decode(Pulse, state[PULSE_KEY]) if PULSE_KEY in state else None,
    )


def _received(record: ConsumerRecord) -> int:
    """µs; of what nobody can read, when it was written."""
    try:
        return decode(Delivery, record.value or b"").received_at
    except DataError:
        return int(record.timestamp) * 1000


def summed(lane: str, found: Iterable[Place], now: int) -> dict[str, Any]:
    """A lane as `lanes list --json` tells it. now: µs."""
    found = list(found)
    since = [one.waits_since for one in found if one.waits_since is not None]
    entries = sum((one.entries for one in found), Counter[str]())
    due = [moment for one in found for moment in one.due]
    return {
        "lane": lane,
        "partitions": len(found),
        "paused": [one.number for one in found if one.paused],
        "paused_itself": [one.number for one in found if one.flooded],
        "lag_records": sum(one.lag for one in found),
        "oldest_s": round(max(0, now - min(since)) / SECOND, 1) if since else None,
        "entries": {status: entries[status] for status in STATUSES},
        "overdue": sum(moment < now for moment in due),
        "next_due_at": iso(min(due)) if due else None,
        **told((one.pulse for one in found if one.pulse), now),
    }


def age(seconds: float | None) -> str:
    """In words, rounded down; `-` where nothing waits."""
    if seconds is None:
        return "-"
    for word, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {word}"
    return f"{int(seconds)} s"
