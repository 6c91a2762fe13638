"""Many records by key: those used of late as they are, all others packed, where they take a fraction of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from schemas.contract import Record
from schemas.packing import packer, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.packing import Row

C = TypeVar("C", bound=Record)
AT_HAND = 1024


class Shelf(Generic[C]):
    """at_hand: so many at most are kept as they are. Reading changes nothing that anybody can see."""

    def __init__(self, contract: type[C], at_hand: int = AT_HAND) -> None:
        self._packer = packer(contract)
        self._most = at_hand
        self._at_hand: dict[str, C] = {}
        self._stored: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._stored) + sum(key not in self._stored for key in self._at_hand)

    def __bool__(self) -> bool:
        return bool(self._stored or self._at_hand)

    def get(self, key: str) -> C | None:
        found = self._at_hand.get(key)
        if found is None and (stored := self._stored.get(key)) is not None:
            found = self._at_hand[key] = self._packer.unpack(stored)
            if len(self._at_hand) > self._most:
                self._tidy()
        return found

    def put(self, key: str, record: C) -> None:
        self._stored.pop(key, None)
        self._at_hand[key] = record
        if len(self._at_hand) > self._most:
            self._tidy()

    def in_order(self) -> Iterator[C]:
        """All of them by their keys, each made when its turn comes."""
        return map(self._packer.of_row, self.rows())

    def rows(self) -> Iterator[Row]:
        """Their values, by their keys."""
        for key in sorted({**self._stored, **self._at_hand}):
            stored = self._stored.get(key)
            yield self._packer.to_row(self._at_hand[key]) if stored is None else row_of(stored)

    def _tidy(self) -> None:
        """Half of them at once, those first that have been here for longest: looking at each use would cost more."""
        for key in list(self._at_hand)[: self._most // 2 + 1]:
            record = self._at_hand.pop(key)
            if key not in self._stored:
                self._stored[key] = self._packer.pack(record)
