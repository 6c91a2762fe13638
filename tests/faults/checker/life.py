"""What one person has chosen so far, and how a new word of theirs stands against it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from checker.holds import ALL, Holds

Cell = tuple[str, str]
"""(purpose, channel)"""
Weight = tuple[bool, int, bool]
"""Whether it is no imported grant, when it was said in µs, whether it protects: in this order."""
_REMEMBERED = 32


@dataclass(slots=True)
class Life:
    """best: the word that counts for each cell.

    erased_at: of the newest deletion, µs; recent: (event_id, content) of the last events that were not refused.
    restrictions: of each purpose when its newest mark was set, µs, whether it restricts, and by which event.
    age: the same of the newest word on how old they are, and whether that is too young for anything.
    """

    best: dict[Cell, Weight] = field(default_factory=dict)
    erased_at: int | None = None
    recent: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    restrictions: dict[str, tuple[int, bool, str]] = field(default_factory=dict)
    age: tuple[int, bool, str] = (-(2**63), False, "")
    holds: Holds = field(default_factory=Holds)

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

    @property
    def is_too_young(self) -> bool:
        return self.age[1]

    def is_withdrawn(self, cell: Cell) -> bool:
        """Whether nothing may be done there: also where nothing was chosen and something stands against it."""
        if cell not in self.best:
            return self.is_too_young or self._counts_from(cell[0]) is not None
        return not self.is_granted(cell)

    def is_granted(self, cell: Cell) -> bool:
        if cell not in self.best or self.is_too_young:
            return False
        _, at, stopped = self.best[cell]
        since = self._counts_from(cell[0])
        return not stopped and (since is None or at > since)

    def _counts_from(self, purpose: str) -> int | None:
        """After which moment a grant counts, µs; None: whenever it was given."""
        marks = [self.restrictions[about] for about in (purpose, ALL) if about in self.restrictions]
        at, on, _ = max(marks, default=(0, False, ""))
        return at if on else None
