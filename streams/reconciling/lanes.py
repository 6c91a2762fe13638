"""What lanes still have in hand: asked only to tell an open delivery from a lost one, never what became of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.codec import decode
from schemas.errors import DataError
from schemas.records import Bookmark, Delivery
from streams import topics
from streams.ownership.tenure import OFFSET_KEY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from processors.reconciling.duties import Duty
    from streams.reconciling.tape import Tapes


@dataclass(frozen=True, slots=True)
class InHand:
    """Of one lane and partition. next: below this offset it has taken everything in; kept: what it keeps open."""

    next: int
    kept: frozenset[str]


async def in_hand(tapes: Tapes, lanes: Iterable[str], partition: int) -> dict[str, InHand]:
    """As it is now, of each of these lanes."""
    return {lane: await _of(tapes, lane, partition) for lane in lanes}


async def _of(tapes: Tapes, lane: str, partition: int) -> InHand:
    kept, offset = set[str](), 0
    async with tapes(topics.lane_state(lane), partition) as state:
        while records := await state.next():
            for record in records:
                if record.key == OFFSET_KEY and record.value:
                    offset = decode(Bookmark, record.value).offset
                elif not record.key.startswith(b"!"):
                    delivery_id = record.key.decode().rpartition("|")[2]
                    (kept.add if record.value else kept.discard)(delivery_id)
    return InHand(offset, frozenset(kept))


async def lost(tapes: Tapes, waiting: Iterable[Duty], hands: dict[str, InHand], partition: int) -> Collection[str]:
    """Of the deliveries without an end, those that their lane neither keeps nor has still before it."""
    missed: dict[str, set[str]] = defaultdict(set)
    for duty in waiting:
        hand = hands.get(duty.lane or "")
        if hand is not None and duty.id not in hand.kept:
            missed[duty.lane or ""].add(duty.id)
    for lane, ids in missed.items():
        await _without_ahead(tapes, lane, partition, hands[lane].next, ids)
    return frozenset().union(*missed.values())


async def _without_ahead(tapes: Tapes, lane: str, partition: int, start: int, ids: set[str]) -> None:
    """Take out what stands in the lane's topic from that offset on."""
    async with tapes(topics.deliveries(lane), partition, start) as ahead:
        while ids and (records := await ahead.next()):
            for record in records:
                try:
                    ids.discard(decode(Delivery, record.value or b"").delivery_id)
                except DataError:
                    continue
