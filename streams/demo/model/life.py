"""All that one person ever said, kept whole; what stands is looked up in it every time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.events import ConsentEvent

Cell = tuple[str, str]
"""(purpose, channel)"""


@dataclass(frozen=True, slots=True)
class Word:
    """One accepted grant or withdrawal. `at`: when it was said, as far as it is believed, µs."""

    purposes: frozenset[str]
    channels: frozenset[str]
    at: int
    is_withdrawal: bool
    is_imported: bool

    @property
    def weight(self) -> tuple[bool, int, bool]:
        """An imported grant counts least, then the later word; of two at the same moment the withdrawal."""
        return self.is_withdrawal or not self.is_imported, self.at, self.is_withdrawal


@dataclass
class Life:
    """taken: every event that was not refused, in the order of arrival; erased_at: of the newest deletion, µs."""

    taken: list[ConsentEvent] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    erased_at: int | None = None

    def standing(self, cell: Cell) -> Word | None:
        """The word that counts for a purpose and channel."""
        purpose, channel = cell
        about = [word for word in self.words if purpose in word.purposes and channel in word.channels]
        return max(filter(self._outlives, about), key=lambda word: word.weight, default=None)

    def _outlives(self, word: Word) -> bool:
        """What an erasure covers is forgotten, and an imported grant brings back nobody who ever was erased."""
        if self.erased_at is None:
            return True
        return word.at > self.erased_at and (word.is_withdrawal or not word.is_imported)

    def counts(self, word: Word, cell: Cell) -> bool:
        """Whether nothing that outweighs this word was said about the cell."""
        other = self.standing(cell)
        return other is None or word.weight >= other.weight

    def is_withdrawn(self, cell: Cell) -> bool:
        word = self.standing(cell)
        return word is not None and word.is_withdrawal

    def is_granted(self, cell: Cell) -> bool:
        word = self.standing(cell)
        return word is not None and not word.is_withdrawal
