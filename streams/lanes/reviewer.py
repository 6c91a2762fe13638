"""What a vendor had to keep is due for its review: it begins anew, unless a legal hold keeps the person's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.delivering.core import Core
    from processors.delivering.job import Now
    from schemas.records import LaneEntry
    from streams.lanes.hold_lookup import HoldLookup


class Reviewer:
    """Of one tenure: one look at a time."""

    def __init__(self, core: Core, lookup: HoldLookup) -> None:
        self._core = core
        self._lookup = lookup
        self._due: list[LaneEntry] = []
        self._question = 0

    def look(self, now: Now) -> None:
        """Decide about what is due, once it is known for whom a hold keeps data here; again when that was found."""
        self._due = self._due or self._core.reviews.due(now)
        if not self._due:
            return
        known = self._lookup.held(self._question, frozenset(entry.delivery.pid for entry in self._due))
        if known is not None:
            self._core.reviews.decide(self._due, known.held, now)
            self._due, self._question = [], self._question + 1
