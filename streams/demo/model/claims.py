"""Whether what is said to be overtaken was so: a later leg of the same person and lane must decide it anew."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.demo.model.expect import LegKey
    from streams.demo.model.life import Cell


@dataclass
class _Claim:
    """`open`: what no later leg has decided anew yet. A deletion is overtaken by another deletion only."""

    key: LegKey
    weight: tuple[int, bool]
    open: set[Cell]
    answered: bool = False


class Claims:
    """Legs are to be told in the order of the log."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, str], list[_Claim]] = defaultdict(list)

    def make(self, subject_id: str, key: LegKey, at: int, cells: set[Cell]) -> None:
        """These cells of a leg are said to be overtaken. `at`: when it was said, µs."""
        claim = _Claim(key, (at, key.action != "grant"), set(cells))
        self._claims[subject_id, key.lane].append(claim)

    def answer(self, subject_id: str, key: LegKey, at: int, cells: set[Cell]) -> None:
        """A leg that came later; it counts if it withdraws, was also said later, or protects at the same moment."""
        for claim in self._claims[subject_id, key.lane]:
            counts = key.action == "withdraw" or (at, key.action != "grant") >= claim.weight
            if key.event_id != claim.key.event_id and not counts:
                continue
            if key.action == "delete":
                claim.answered = True
            elif claim.key.action != "delete":
                claim.open -= cells
                claim.answered = claim.answered or not claim.open

    def unfounded(self) -> list[LegKey]:
        return [claim.key for some in self._claims.values() for claim in some if not claim.answered]
