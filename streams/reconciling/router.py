"""How far the router has come: its own bookmark, as what it tells its consumer group comes late, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.codec import decode
from schemas.records import Bookmark
from streams import topics
from streams.ownership.tenure import OFFSET_KEY

if TYPE_CHECKING:
    from streams.reconciling.tape import Tapes

FIRST_LOOK = 2000
"""Records from the end of the router's state: each of its transactions ends with a bookmark."""


async def judged_up_to(tapes: Tapes, partition: int) -> int:
    """Below this offset of the partition's events all are judged, and their verdicts in the audit; 0: none are."""
    async with tapes(topics.STATE, partition) as state:
        end = state.end
    looked = FIRST_LOOK
    while (offset := await _bookmarked(tapes, partition, max(0, end - looked))) is None and looked < end:
        looked *= 10
    return offset or 0


async def _bookmarked(tapes: Tapes, partition: int, start: int) -> int | None:
    """The last bookmark from that offset of the state on; None: there is none."""
    offset = None
    async with tapes(topics.STATE, partition, start) as state:
        while records := await state.next():
            for record in records:
                if record.key == OFFSET_KEY and record.value:
                    offset = decode(Bookmark, record.value).offset
    return offset
