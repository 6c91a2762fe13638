"""What a new lane was told by the end of a hold, before a backfill comes to it: a deletion is brought there once.

In the audit that stands behind the deletion itself, so it is looked for ahead; only for people who had such a hold.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processors.planning.holds import was_lifted
from processors.planning.kinds import ERASING
from processors.routing.carrying import HOLD_LIFTED
from schemas.audit_head import head_of
from schemas.codec import decode_own
from schemas.errors import DataError
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.lane import Lane
    from schemas.state import SubjectState
    from streams.past import Past, Piece


class Begun:
    """Of one tenure: what its owner plans itself it hears, what was planned before is in the audit."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._known: set[tuple[str | None, str | None, str | None]] = set()
        self._looked: set[str] = set()

    def heed(self, audit: Iterable[AuditRecord]) -> None:
        """Of what an event has led to, only what begins anew at a lane matters."""
        begun = (one for one in audit if one.kind == "cycle" and one.reason == HOLD_LIFTED and one.lane)
        self._known.update((one.lane, one.pid, one.event_id) for one in begun)

    def at(self, lane: Lane, planned: AuditRecord) -> bool:
        """Whether that event's deletion has begun anew there."""
        return (lane.name, planned.pid, planned.event_id) in self._known

    def is_unknown(self, lane: Lane, planned: AuditRecord, state: SubjectState | None) -> bool:
        """Whether `look` has to be asked first. state: of the person, as of now."""
        if lane.name in self._looked or planned.event is None or planned.event.kind not in ERASING:
            return False
        return planned.controller == lane.controller and state is not None and was_lifted(state)

    async def look(self, lane: Lane, offset: int) -> None:
        """Read on from there to the end of the audit, as it is now. Raises whatever the client raises."""
        end = await self._past.end()
        while offset < end:
            piece = await self._past.piece(offset)
            self.heed(_cycles(piece))
            offset = piece.next
            await asyncio.sleep(0)
        self._looked.add(lane.name)


def _cycles(piece: Piece) -> Iterable[AuditRecord]:
    """What can't be read, the backfill itself counts."""
    for record in piece.records:
        try:
            if head_of(record.value or b"").kind == "cycle":
                yield decode_own(AuditRecord, record.value or b"")
        except (DataError, ValueError):
            continue
