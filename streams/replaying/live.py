"""The live state beside the one that is rebuilt, partition by partition.

First it is noted how far the audit goes, then the live state is read, then the audit to where it goes by then:
whoever the audit speaks of in between may be either way, and isn't compared.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from processors.replaying.differences import Difference, of_lanes, of_person, of_request, pairs
from processors.replaying.fold import in_order
from schemas.codec import decode
from schemas.records import Bookmark, LaneEntry
from schemas.request import Request
from schemas.state import SubjectState
from streams import topics
from streams.logs import scan
from streams.ownership.tenure import OFFSET_KEY
from streams.replaying.cuts import cuts
from streams.replaying.part import Part, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aiokafka import ConsumerRecord

    from processors.replaying.fold import Fold
    from schemas.records import AuditRecord
    from streams.replaying.part import Tell
    from streams.settings import Settings

_HEARD_BY_CLOSER = frozenset({"planned", "outcome", "cycle"})
"""What changes a request as soon as the closer has read it; all else it writes itself, with the request."""


class Compared(NamedTuple):
    """people, requests: how many were held against each other. moving: people left out, as they just moved."""

    people: int
    requests: int
    moving: int
    differences: list[Difference]


class Live(NamedTuple):
    """One partition's state topics; keys as text, the relay's own marks apart."""

    people: Mapping[str, bytes]
    requests: Mapping[str, bytes]
    closer_at: int
    lanes: Mapping[str, Mapping[str, bytes]]


def compared(settings: Settings, lanes: Iterable[str], wanted: Part, read: Tell) -> Compared:
    """As `compare`, without a loop: for a process of its own."""
    return asyncio.run(compare(settings, lanes, wanted, read))


async def compare(settings: Settings, lanes: Iterable[str], wanted: Part, read: Tell) -> Compared:
    """Compare one partition. `wanted.end` is of no account: it is read as far as it goes.

    Raises:
        SetupError: see `part.fold`.

    """
    number = wanted.partition
    begun = (await cuts(settings))[number]
    live = await _live(settings, number, lanes)
    moving: set[str] = set()

    def heard(record: AuditRecord, at: ConsumerRecord) -> None:
        if at.offset >= begun or (at.offset >= live.closer_at and record.kind in _HEARD_BY_CLOSER):
            moving.add(record.pid or "")

    end = (await cuts(settings))[number]
    made = await fold(settings, wanted._replace(end=end), read, heard)
    found = list(_differences(wanted, live, made, moving))
    return Compared(len(made.people), len(made.requests), len(moving - {""}), found)


async def _live(settings: Settings, partition: int, lanes: Iterable[str]) -> Live:
    people = await _kept(settings, topics.STATE, partition)
    requests = await _kept(settings, topics.REQUESTS, partition)
    mark = requests.get(OFFSET_KEY.decode())
    of_lanes = {lane: _without_marks(await _kept(settings, topics.lane_state(lane), partition)) for lane in lanes}
    closer_at = decode(Bookmark, mark).offset if mark else 0
    return Live(_without_marks(people), _without_marks(requests), closer_at, of_lanes)


async def _kept(settings: Settings, topic: str, partition: int) -> dict[str, bytes]:
    kept: dict[str, bytes] = {}
    async for record in scan(settings, topic, partitions=[partition]):
        key = record.key.decode()
        if record.value is None:
            kept.pop(key, None)
        else:
            kept[key] = record.value
    return kept


def _without_marks(kept: Mapping[str, bytes]) -> dict[str, bytes]:
    return {key: value for key, value in kept.items() if not key.startswith("!")}


def _differences(part: Part, live: Live, made: Fold, moving: set[str]) -> Iterator[Difference]:
    def compared(pid: str) -> bool:
        return pid not in moving and part.pid in {None, pid}

    people = ((state.pid, state) for state in in_order(made.people))
    for pid, here, rebuilt in pairs(live.people, people):
        state = here and decode(SubjectState, here)
        if compared(pid) and part.controller in {None, (state or rebuilt).controller}:
            yield from of_person(pid, state, rebuilt)
    requests = ((one.key, made.again.get(one.key) or one) for one in in_order(made.requests))
    now = time.time_ns() // 1000
    for key, here, rebuilt in pairs(live.requests, requests):
        request = here and decode(Request, here)
        if compared(key.partition("|")[0]) and part.controller in {None, (request or rebuilt).controller}:
            yield from of_request(key, request, rebuilt, now)
    lanes = {lane: dict(_entries(kept, part, compared)) for lane, kept in live.lanes.items()}
    yield from of_lanes(lanes, (one for one in in_order(made.requests) if compared(one.pid)))


def _entries(
    kept: Mapping[str, bytes], part: Part, compared: Callable[[str], bool]
) -> Iterator[tuple[str, LaneEntry]]:
    for key, value in kept.items():
        entry = decode(LaneEntry, value)
        if compared(key.partition("|")[0]) and part.controller in {None, entry.delivery.controller}:
            yield key, entry
