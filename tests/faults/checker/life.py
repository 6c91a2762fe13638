"""What one person has chosen so far, and how a new word of theirs stands against it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

Cell = tuple[str, str]
"""(purpose, channel)"""
Weight = tuple[bool, int, bool]
"""Whether it is no imported grant, when it was said in µs, whether it protects: in this order."""
_REMEMBERED = 32


@dataclass(slots=True)
class Life:
    """best: the word that counts for each cell.

    erased_at: of the newest deletion, µs; recent: (event_id, content) of the last events that were not refused.
    """

    best: dict[Cell, Weight] = field(default_factory=dict)
    erased_at: int | None = None
    recent: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def covers(self, at: int) -> bool:
        """Whether a deletion has wiped out what was said then."""
        return self.erased_at is not None and at <= self.erased_at

    def newest(self, cells: frozenset[Cell], weight: Weight) -> frozenset[Cell]:
        """Where nothing that outweighs this word was said."""
        return frozenset(cell for cell in cells if weight >= self.best.get(cell, weight))

    def say(self, cells: frozenset[Cell], weight: Weight) -> None:
        if not self.covers(weight[1]):
            self.best |= {cell: max(weight, self.best.get(cell, weight)) for cell in cells}

    def erase(self, at: int) -> None:
        """Nothing older is left, and no imported grant whenever it was said."""
        self.erased_at = at
        self.best = {cell: (own, said, stops) for cell, (own, said, stops) in self.best.items() if own and said > at}

    def is_withdrawn(self, cell: Cell) -> bool:
        return cell in self.best and self.best[cell][2]

    def is_granted(self, cell: Cell) -> bool:
        return cell in self.best and not self.best[cell][2]
