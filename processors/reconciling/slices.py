"""So much of all people as fits into memory at once."""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32


class Slice(NamedTuple):
    """Every `of`-th of the people, by their pids; the first one also takes what is about nobody."""

    of: int = 1
    number: int = 0

    def has(self, pid: str | None) -> bool:
        if pid is None:
            return self.number == 0
        return self.of == 1 or crc32(pid.encode()) % self.of == self.number

    @property
    def halves(self) -> tuple[Slice, Slice]:
        return Slice(2 * self.of, self.number), Slice(2 * self.of, self.number + self.of)


EVERYBODY = Slice()
