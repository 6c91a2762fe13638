"""How long a person's records are kept: so long after the last of their legs was closed, and then no longer.

Who has anything open is kept, and so is who has a legal hold in force, or something kept by one: its lift begins
that anew. Records about nobody (commands, what couldn't be read) go by their own time. In memory are people and what
of their requests may still change, not the log.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from processors.closing.deadlines import KEPT_FOR, wakes_at
from processors.closing.ending import settled
from processors.closing.progress import opened, opened_again
from processors.closing.retold import retold
from processors.reporting.holds import Holds
from schemas.codec import decode_own, encode
from schemas.events import MAKES_REQUEST
from schemas.periods import end_of
from schemas.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.reporting.fact import Fact
    from schemas.records import AuditRecord


def _followed(planned: AuditRecord) -> AuditRecord:
    """With deliveries alone of what makes no request, as a grant.

    Nobody can ever say that a task of it is done; and when a hold is over, nothing says so at its own event.
    """
    if planned.event is None or planned.event.kind in MAKES_REQUEST:
        return planned
    return planned.changed(legs=tuple(leg for leg in planned.legs or () if leg.kind == "delivery"))


class Line(NamedTuple):
    """One controller's people and their records. open: who is kept for something open or held, however old it is.

    past: whose time is over; next_at: when the next one's is, µs; None: nobody's.
    """

    controller: str
    retention: str
    people: int
    records: int
    open: int
    past: int
    past_records: int
    next_at: int | None


@dataclass(slots=True)
class _Person:
    """closed: when the last leg was, said: when the last record was written, µs. first: offset by partition."""

    controller: str
    records: int = 0
    closed: int = 0
    said: int = 0
    first: dict[int, int] = field(default_factory=dict)


class Retention:
    """Told all of the audit, each partition in the order of its offsets.

    periods: of the controllers (ISO 8601); usual: of any other one; now: µs.
    """

    def __init__(self, periods: Mapping[str, str], usual: str, now: int) -> None:
        self._periods, self._usual, self._now = periods, usual, now
        self._people: dict[str, _Person] = {}
        self._holds = Holds()
        self._open: dict[str, Request] = {}
        self._closed: dict[str, tuple[int, bytes]] = {}
        self._order: deque[tuple[int, str]] = deque()
        self._ends: dict[int, int] = {}
        self._needed: dict[int, int] = {}

    def hear(self, fact: Fact) -> None:
        record = fact.record
        self._ends[fact.partition] = fact.offset + 1
        if record.pid is None or record.controller is None:
            if max(end_of(record.at, period) for period in (self._usual, *self._periods.values())) > self._now:
                self._needed.setdefault(fact.partition, fact.offset)
            return
        person = self._people.setdefault(record.pid, _Person(record.controller))
        person.records += 1
        person.said = max(person.said, record.at)
        person.first.setdefault(fact.partition, fact.offset)
        self._forget(record.at)
        self._holds.hear(record)
        self._follow(person, record)

    def lines(self) -> Iterator[Line]:
        """By controller."""
        kept_open = self._kept_open()
        by: dict[str, list[tuple[_Person, bool]]] = {}
        for pid, person in self._people.items():
            by.setdefault(person.controller, []).append((person, pid in kept_open))
        for name in sorted({*by, *self._periods}):
            yield self._line(name, by.get(name, []))

    def _line(self, controller: str, people: list[tuple[_Person, bool]]) -> Line:
        past = [one for one, is_open in people if self._is_past(one, is_open=is_open)]
        over = (self._over_at(one) for one, is_open in people if not is_open)
        return Line(
            controller=controller,
            retention=self._periods.get(controller, self._usual),
            people=len(people),
            records=sum(one.records for one, _ in people),
            open=sum(is_open for _, is_open in people),
            past=len(past),
            past_records=sum(one.records for one in past),
            next_at=min((at for at in over if at > self._now), default=None),
        )

    def needed(self) -> dict[int, int]:
        """By partition: the first offset that is still to be kept. Everything before it is past its time."""
        kept_open = self._kept_open()
        found = {**self._ends, **self._needed}
        for pid, person in self._people.items():
            if not self._is_past(person, is_open=pid in kept_open):
                for partition, offset in person.first.items():
                    found[partition] = min(found[partition], offset)
        return found

    def _kept_open(self) -> set[str]:
        """Whoever is kept however old it is."""
        return {key.partition("|")[0] for key in self._open} | self._holds.in_force()

    def _over_at(self, person: _Person) -> int:
        return end_of(person.closed or person.said, self._periods.get(person.controller, self._usual))

    def _is_past(self, person: _Person, *, is_open: bool) -> bool:
        return not is_open and self._over_at(person) <= self._now

    def _follow(self, person: _Person, record: AuditRecord) -> None:
        key = f"{record.pid}|{record.event_id}"
        before = self._find(key)
        if again := opened_again(before, record):
            self._put(person, key, settled(again))
        elif before is None:
            if record.kind == "planned" and record.event is not None:
                self._put(person, key, settled(opened(_followed(record))))
        elif (after := retold(before, record)) is not before:
            self._put(person, key, after)

    def _find(self, key: str) -> Request | None:
        if key in self._open:
            return self._open[key]
        return decode_own(Request, self._closed[key][1]) if key in self._closed else None

    def _put(self, person: _Person, key: str, request: Request) -> None:
        self._open.pop(key, None)
        self._closed.pop(key, None)
        if request.is_open or wakes_at(request) is None:
            self._open[key] = request
            return
        at = request.closed_at or 0
        person.closed = max(person.closed, at)
        self._closed[key] = (at + KEPT_FOR, encode(request))
        self._order.append((at + KEPT_FOR, key))

    def _forget(self, now: int) -> None:
        """What was closed so long ago doesn't begin anew: as the closer takes it. now: µs, of the log."""
        while self._order and self._order[0][0] <= now:
            at, key = self._order.popleft()
            if key in self._closed and self._closed[key][0] == at:
                del self._closed[key]
