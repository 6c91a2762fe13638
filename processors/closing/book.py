"""All requests of one partition: told what the audit says, what operators want and how late it is."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from processors.closing import deadlines, facts
from processors.closing.ending import settled
from processors.closing.progress import caught_up, heard, opened, opened_again
from schemas.codec import decode_own, encode
from schemas.request import Request

if TYPE_CHECKING:
    from schemas.records import AuditRecord


MOST_AT_ONCE = 500
"""They go into one transaction."""


class Batch(NamedTuple):
    """What one transaction holds: requests as they are from now on (None: forgotten), by key, and their facts.

    alarms: the word, and about which request.
    """

    requests: dict[str, bytes | None]
    facts: list[AuditRecord]
    alarms: list[tuple[str, str]]


class Book:
    """Requests are kept encoded: they are many, and few of them change. Those that do are encoded once a batch."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._changed: dict[str, Request | None] = {}
        self._open: dict[str, tuple[int, bool]] = {}  # received_at in µs, whether it is overdue
        self._due: dict[str, int] = {}  # when something is to be told of it, µs; what else is in the heap is old
        self._heap: list[tuple[int, str]] = []
        self._behind: dict[str, None] = {}  # kept by an older release, and not caught up yet
        self._facts: list[AuditRecord] = []
        self._alarms: list[tuple[str, str]] = []

    def load(self, key: str, value: bytes | None) -> None:
        """A request as it is kept; raises DataError or ValueError if it can't be read."""
        if value is None:
            self._drop(key)
            return
        request = decode_own(Request, value)
        if request.key != key:
            raise ValueError("another's key")
        self._kept[key] = value
        self._note(request)
        self._wake(request)
        self._behind.pop(key, None)
        if caught_up(request) is not request:
            self._behind[key] = None

    def catch_up(self, most: int = MOST_AT_ONCE) -> None:
        """End what was loaded and has ended by today's rules. most: changed requests; the next call goes on."""
        for key in list(self._behind)[: max(0, most - self.changed)]:
            del self._behind[key]
            before = self.find(key)
            if before and (after := caught_up(before)) is not before:
                self.put(before, after)

    @property
    def kept(self) -> int:
        """How many are kept, the closed ones too."""
        return len(self._kept)

    def __contains__(self, key: str) -> bool:
        return self._changed[key] is not None if key in self._changed else key in self._kept

    def find(self, key: str) -> Request | None:
        if key in self._changed:
            return self._changed[key]
        value = self._kept.get(key)
        return decode_own(Request, value) if value is not None else None

    @property
    def changed(self) -> int:
        """How many requests are to be committed."""
        return len(self._changed)

    def collect(self) -> Batch:
        """What is to be committed, all of it or nothing."""
        encoded = {key: encode(one) if one is not None else None for key, one in self._changed.items()}
        self._kept |= {key: value for key, value in encoded.items() if value is not None}
        batch = Batch(encoded, self._facts, self._alarms)
        self._changed, self._facts, self._alarms = {}, [], []
        return batch

    def open(self, planned: AuditRecord) -> None:
        """A new request; one that is known is left as it is."""
        request = opened(planned)
        if request.key not in self:
            self.put(None, request)

    def hear(self, key: str, record: AuditRecord) -> None:
        """What became of a delivery of it, or that it begins anew, though it was forgotten perhaps."""
        before = self.find(key)
        if again := opened_again(before, record):
            self.put(None, again)
            self._facts += [facts.reopened(again, leg) for leg in again.pending]
        elif before and (after := heard(before, record)) is not before:
            self.put(before, after)

    def wakes_at(self) -> int | None:
        """When `elapse` has something to do next, µs."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def elapse(self, now: int, most: int = MOST_AT_ONCE) -> None:
        """Tell what is overdue, and forget what was closed long ago. now: µs, as far as the log was read.

        most: requests; if there are more, the next call goes on with them.
        """
        for _ in range(most):
            at = self.wakes_at()
            if at is None or at > now:
                return
            key = self._heap[0][1]
            request = self.find(key)
            if request is None or deadlines.is_forgotten(request, now):
                self._drop(key)
                self._changed[key] = None
            else:
                self._late(request, now)

    def put(self, before: Request | None, after: Request) -> None:
        """As it is from now on, with what follows from it."""
        request = settled(after)
        self._tell(before, request)
        self._changed[request.key] = request
        self._note(request)
        self._wake(request)

    def say(self, fact: AuditRecord) -> None:
        self._facts.append(fact)

    def counts(self) -> tuple[int, int, int | None]:
        """How many are open, how many of these overdue, and when the oldest was received, µs."""
        overdue = sum(late for _, late in self._open.values())
        return len(self._open), overdue, min((received for received, _ in self._open.values()), default=None)

    def _late(self, request: Request, now: int) -> None:
        after, late = deadlines.run_out(request, now)
        for leg in late:
            self.say(facts.overdue(after, leg, now))
        if request.overdue_at is None:
            self.say(facts.overdue(after, None, now))
            self._alarms.append(("request_overdue", request.key))
        self.put(request, after)

    def _tell(self, before: Request | None, request: Request) -> None:
        if not request.is_open and (before is None or before.status != request.status):
            self.say(facts.closed(request))
        elif request.is_open and before and not before.is_open:
            self.say(facts.reopened(request, request.pending[0]))
        known = {leg.leg_id: leg.conflict for leg in before.legs} if before else {}
        if any(leg.conflict not in {None, known.get(leg.leg_id)} for leg in request.legs):
            self._alarms.append(("outcome_conflict", request.key))

    def _drop(self, key: str) -> None:
        self._kept.pop(key, None)
        self._behind.pop(key, None)
        self._open.pop(key, None)
        self._due.pop(key, None)

    def _note(self, request: Request) -> None:
        if request.is_open:
            self._open[request.key] = (request.received_at, request.overdue_at is not None)
        else:
            self._open.pop(request.key, None)

    def _wake(self, request: Request) -> None:
        at = deadlines.wakes_at(request)
        if at is None:
            self._due.pop(request.key, None)
        elif self._due.get(request.key) != at:
            self._due[request.key] = at
            heappush(self._heap, (at, request.key))
