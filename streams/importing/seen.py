"""Which events a file has named already: on disk, so that a million rows take no more memory than one."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator


class Seen:
    """Made by `seen`."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def before(self, event_id: str, number: int) -> int | None:
        """The number of the first row with this event; None: it is this one."""
        own = UUID(event_id).bytes
        added = self._base.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (own, number)).rowcount
        if added:
            return None
        (first,) = self._base.execute("SELECT number FROM seen WHERE id = ?", (own,)).fetchone()
        return int(first)


@contextmanager
def seen() -> Iterator[Seen]:
    """In a file of SQLite's own that is gone with us; it holds no identities, only ids."""
    base = sqlite3.connect("", isolation_level=None)
    try:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("CREATE TABLE seen (id BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID")
        yield Seen(base)
    finally:
        base.close()
