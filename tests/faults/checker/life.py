"""What one person has chosen so far, and how a new word of theirs stands against it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

Cell = tuple[str, str]
"""(purpose, channel)"""
Weight = tuple[int, bool]
"""(when it was said in µs, whether it protects): the later word counts; of two at the same moment the withdrawal."""
_REMEMBERED = 32


@dataclass(slots=True)
class Life:
    """best: the word that counts for each cell; lasting: the same without imported grants, which no deletion leaves.

    erased_at: of the newest deletion, µs; recent: (event_id, content) of the last events that were not refused.
    """

    best: dict[Cell, Weight] = field(default_factory=dict)
    lasting: dict[Cell, Weight] = field(default_factory=dict)
    erased_at: int | None = None
    recent: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def covers(self, at: int) -> bool:
        """Whether a deletion has wiped out what was said then."""
        return self.erased_at is not None and at <= self.erased_at

    def newest(self, cells: frozenset[Cell], weight: Weight) -> frozenset[Cell]:
        """Where nothing that outweighs this word was said."""
        return frozenset(cell for cell in cells if weight >= self.best.get(cell, weight))

    def say(self, cells: frozenset[Cell], weight: Weight, *, imported: bool) -> None:
        if self.covers(weight[0]):
            return
        for cell in cells:
            self.best[cell] = max(weight, self.best.get(cell, weight))
            if not imported:
                self.lasting[cell] = max(weight, self.lasting.get(cell, weight))

    def erase(self, at: int) -> None:
        self.erased_at = at
        self.lasting = {cell: weight for cell, weight in self.lasting.items() if weight[0] > at}
        self.best = dict(self.lasting)

    def is_withdrawn(self, cell: Cell) -> bool:
        return cell in self.best and self.best[cell][1]

    def is_granted(self, cell: Cell) -> bool:
        return cell in self.best and not self.best[cell][1]
