"""What is to be done because of one event, and what the audit has told of it so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemas.ids import task_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.records import Leg


class About(NamedTuple):
    """An event as it was judged; moments in µs."""

    pid: str
    controller: str
    event_id: str
    occurred_at: int
    received_at: int


class Duty:
    """A leg that goes to a lane, or an open task of a request (`lane` None).

    due_at, received_at, occurred_at, ended_at in µs. word: the last one; final: the one that ended it, in this cycle.
    announced: False: a hold was lifted, and the audit has not said that it begins anew. told: it is a finding.
    """

    __slots__ = (
        "action", "announced", "controller", "cycle", "due_at", "ended_at", "event_id", "final", "id", "lane",
        "occurred_at", "received_at", "recipient", "told", "vendor", "word",
    )  # fmt: skip

    def __init__(self, leg: Leg, own_id: str, about: About) -> None:
        self.id = own_id
        self.event_id = leg.reopens or about.event_id
        self.controller = about.controller
        self.recipient, self.vendor, self.action = leg.recipient, leg.vendor, leg.action
        self.lane = leg.lane if leg.kind == "delivery" else None
        self.due_at = leg.due_at
        self.occurred_at, self.received_at = about.occurred_at, about.received_at
        self.cycle = 0
        self.announced = True
        self.told = False
        self.word: str | None = None
        self.final: str | None = None
        self.ended_at: int | None = None

    @property
    def is_delivery(self) -> bool:
        return self.lane is not None

    @property
    def weight(self) -> tuple[int, bool]:
        """Of two instructions the later one counts, and of two of one moment the one that protects."""
        return self.occurred_at, self.action != "grant"

    def begin(self, cycle: int) -> None:
        self.cycle, self.announced = cycle, True
        self.word = self.final = self.ended_at = None


class Person:
    """state: our own, encoded; newest: when the newest thing happened that was taken in, µs."""

    __slots__ = ("duties", "newest", "state")

    def __init__(self) -> None:
        self.state: bytes | None = None
        self.newest: int | None = None
        self.duties: dict[str, Duty] = {}

    def of_event(self, event_id: str) -> Iterator[Duty]:
        return (duty for duty in self.duties.values() if duty.event_id == event_id)

    def forget(self, before: int) -> None:
        """What ended before that moment, µs."""
        self.duties = {key: one for key, one in self.duties.items() if one.ended_at is None or one.ended_at >= before}


def duties_of(legs: Iterable[Leg], about: About, *, tasks: bool) -> Iterator[Duty]:
    """Of the legs of one event. tasks: whether a request keeps those, too."""
    for number, leg in enumerate(legs):
        if leg.kind == "delivery" and leg.delivery_id:
            yield Duty(leg, leg.delivery_id, about)
        elif leg.kind == "task" and tasks:
            yield Duty(leg, task_id(about.pid, about.event_id, number), about)


def begun_id(leg: Leg, pid: str, event_id: str) -> str | None:
    """Of a leg that begins anew when a hold is over; None: nothing is to be done there."""
    if leg.kind == "none":
        return None
    return leg.delivery_id or task_id(pid, event_id, leg.recipient or "")


class People(dict[str, Person]):
    """By pid. weight: about how much is in memory, in people and duties."""

    weight = 0

    def __missing__(self, pid: str) -> Person:
        self.weight += 1
        self[pid] = found = Person()
        return found

    def owe(self, person: Person, duty: Duty) -> None:
        """What is known already stays as it is."""
        if duty.id not in person.duties:
            self.weight += 1
            person.duties[duty.id] = duty

    def forget(self, before: int) -> None:
        """What ended before that moment, µs: nothing is told of it any more."""
        for person in self.values():
            person.forget(before)
        self.weight = len(self) + sum(len(person.duties) for person in self.values())
