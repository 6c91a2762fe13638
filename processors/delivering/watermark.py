"""How far a partition is done: the lowest offset that is seen and not settled, and what is settled above it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Watermark:
    """Offsets have holes (transaction markers, compaction): only those that were seen count, in the order seen."""

    def __init__(self, offset: int, settled: Iterable[int] = ()) -> None:
        self._next = offset
        self._open: deque[int] = deque()
        self._settled: set[int] = set()
        self._known = set(settled)

    def see(self, offset: int) -> bool:
        """Note a record. False: an earlier owner settled it already."""
        self._next = offset + 1
        self._open.append(offset)
        if offset not in self._known:
            return True
        self.settle(offset)
        return False

    def settle(self, offset: int) -> None:
        """This record's outcome is decided, and will be committed with the bookmark that says so."""
        self._settled.add(offset)
        while self._open and self._open[0] in self._settled:
            self._settled.discard(self._open.popleft())

    def skip_to(self, offset: int) -> None:
        """Nothing is open, and the log holds no record below `offset`: only transaction markers, or holes."""
        self._next = max(self._next, offset)

    @property
    def offset(self) -> int:
        """Where a new owner begins to read."""
        return self._open[0] if self._open else self._next

    @property
    def settled(self) -> frozenset[int]:
        """Offsets above `offset` that a new owner skips. Includes what was known and not yet seen again."""
        return frozenset(self._settled | {offset for offset in self._known if offset >= self._next})

    def __len__(self) -> int:
        """Records between the watermark and the newest one."""
        return len(self._open)
