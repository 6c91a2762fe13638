"""One partition of the audit, record after record, into what stands: people, requests and deliveries."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from processors.closing.ending import settled
from processors.closing.progress import opened, opened_again
from processors.closing.retold import retold
from processors.replaying.people import JUDGED, After, after, freed, kept_there, nobody
from processors.routing.carrying import HOLD_LIFTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemas.records import AuditRecord
    from schemas.request import Request
    from schemas.state import SubjectState

T = TypeVar("T")
MOST_DOUBTS = 100
_OF_PEOPLE = JUDGED | {"cycle"}


class Fold:
    """people: by pid; requests: by their keys. pid, controller: about this person or people of this one alone.

    doubts: the first ones, with their offsets.

    again: requests that the closer had forgotten when a backfill brought a leg of them, as it keeps them: without
    what was before. kinds: how many records of each kind there were.
    """

    def __init__(self, pid: str | None = None, controller: str | None = None) -> None:
        self.people: dict[str, SubjectState] = {}
        self.requests: dict[str, Request] = {}
        self.again: dict[str, Request] = {}
        self.kinds: Counter[str] = Counter()
        self.doubts: list[tuple[int, str]] = []
        self.doubted = 0
        self._pid = pid
        self._controller = controller

    def take(self, offset: int, record: AuditRecord) -> bool:
        """The next record, and whether it counts: it may be about somebody else. Raises PolicyError."""
        pid, controller = record.pid, record.controller
        if self._pid is not None and self._pid != pid:
            return False
        if self._controller is not None and self._controller != controller:
            return False
        self.kinds[record.kind] += 1
        if pid is not None and controller is not None:
            if record.kind in _OF_PEOPLE:  # most are not: whom they are about need not even be unpacked
                self._person(offset, record, pid, controller)
            self._request(record, f"{pid}|{record.event_id}")
        return True

    def _person(self, offset: int, record: AuditRecord, pid: str, controller: str) -> None:
        before, facts = self.people.get(pid), record.event
        if record.kind in JUDGED and facts is not None:
            made = after(record, facts, before or nobody(pid, controller))
            self._doubt(offset, made)
        elif record.kind == "cycle" and record.reason == HOLD_LIFTED and before and record.legs:
            made = After(freed(before, record.legs))
        elif record.kind == "cycle" and before and facts is not None:
            made = After(kept_there(record, facts, before))
        else:
            return
        if made.state is not before:
            self.people[pid] = made.state

    def _doubt(self, offset: int, made: After) -> None:
        if made.doubt:
            self.doubted += 1
            if len(self.doubts) < MOST_DOUBTS:
                self.doubts.append((offset, made.doubt))

    def _request(self, record: AuditRecord, key: str) -> None:
        before = self.requests.get(key)
        if record.kind == "planned":
            if before is None:
                self.requests[key] = settled(opened(record))
            return
        if before is not None and (now := retold(before, record)) is not before:
            self.requests[key] = now
        if record.kind == "cycle" or self.again:
            self._forgotten(record, key, before)

    def _forgotten(self, record: AuditRecord, key: str, before: Request | None) -> None:
        """As the closer, which has to decide by the audit alone, too."""
        kept = self.again.get(key)
        if again := opened_again(kept or before, record):
            self.again[key] = settled(again)
            if before is None:  # the audit begins later
                self.requests[key] = settled(again)
        elif kept is not None and (now := retold(kept, record)) is not kept:
            self.again[key] = now


def in_order(known: Mapping[str, T]) -> Iterator[T]:
    """By their keys."""
    return (known[key] for key in sorted(known))
