"""The CRM's records: live, in the recycle bin, or gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from infra.sandbox.people import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FIRST_ID = 5_725_767_000_000_100_001


@dataclass(slots=True)
class Record:
    """One record.

    `found_from`: when the search's index has caught up with the last edit. `binned`: when it was deleted, if it was.
    locked: nobody deletes it.
    """

    id: str
    module: str
    email: str
    created: float
    modified: float
    opted_out: bool = False
    found_from: float = 0.0
    binned: float | None = None
    locked: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


class Records:
    """All records of all modules. An id is never given out twice."""

    def __init__(self) -> None:
        self._by_id: dict[str, Record] = {}
        self._by_email: dict[str, list[Record]] = {}
        self._ids = count(_FIRST_ID)

    def add(self, module: str, email: str, now: float) -> None:
        record = Record(str(next(self._ids)), module, email, now, now)
        self._by_id[record.id] = record
        self._by_email.setdefault(fold(email), []).append(record)

    def search(self, module: str, email: str, now: float) -> list[Record]:
        """Live records of the module with that address, as far as the index knows them."""
        found = self._by_email.get(fold(email), [])
        return [r for r in found if r.module == module and r.binned is None and r.found_from <= now]

    def live(self, module: str, record_id: str) -> Record | None:
        record = self._by_id.get(record_id)
        return record if record and record.module == module and record.binned is None else None

    def count(self, module: str) -> int:
        return sum(record.module == module and record.binned is None for record in self._by_id.values())

    def binned(self, record_id: str) -> Record | None:
        record = self._by_id.get(record_id)
        return record if record and record.binned is not None else None

    def bin(self) -> list[Record]:
        """The recycle bin, latest deletion first."""
        inside = [record for record in self._by_id.values() if record.binned is not None]
        return sorted(inside, key=lambda record: (record.binned or 0.0, record.id), reverse=True)

    def purge(self, record: Record) -> None:
        """For good: neither id nor address leads anywhere afterwards."""
        del self._by_id[record.id]
        rest = [other for other in self._by_email[fold(record.email)] if other is not record]
        if rest:
            self._by_email[fold(record.email)] = rest
        else:
            del self._by_email[fold(record.email)]

    def of(self, email: str) -> list[Record]:
        return self._by_email.get(fold(email), [])

    def emails(self, record_ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._by_id[record_id].email for record_id in record_ids if record_id in self._by_id)

    def clear(self) -> None:
        self._by_id.clear()
        self._by_email.clear()


def modules_of(records: Iterable[Record], key_of: Callable[[str], str]) -> dict[str, Any]:
    """The modules of all, and of each person: a call may have one's record of one module and not of the other."""
    of: dict[str, set[str]] = defaultdict(set)
    for record in records:
        of[key_of(record.email)].add(record.module)
    return {"modules": sorted(set().union(*of.values())), "of": {key: sorted(some) for key, some in of.items()}}
