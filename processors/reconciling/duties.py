"""What is to be done because of one event, and what the audit has told of it so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.closing.words import RETAINED
from processors.planning.legs import TOLD
from schemas.codec import decode_own
from schemas.ids import begun_leg_id, task_id
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from processors.plan import Plan
    from schemas.records import Leg

_FULL = 0.8
"""Of what may be in memory, once old things are forgotten: else that would soon be done again."""


def split(recipients: str | None) -> tuple[str, ...]:
    """One connection may serve several."""
    return tuple(recipients.split("+")) if recipients else ()


class About(NamedTuple):
    """An event as it was judged; moments in µs."""

    pid: str
    controller: str
    event_id: str
    occurred_at: int
    received_at: int


class Deletion(NamedTuple):
    """What a hold's end has to know of an event that erases; moments in µs."""

    event_id: str
    data_domain: str
    jurisdiction: str | None
    occurred_at: int


class Wish(NamedTuple):
    """What a new lane may have to be brought. occurred_at: as judged, µs; event: encoded.

    told: lanes, of which action; None: of all that there was when it was planned.
    """

    event_id: str
    occurred_at: int
    event: bytes
    told: frozenset[tuple[str, str | None]]


class Duty:
    """A leg that goes to a lane (`is_delivery`), or an open task of a request.

    due_at, received_at, occurred_at, ended_at in µs. word: the last one; final: the one that ended it, in this cycle.
    announced: False: a hold was lifted, and the audit has not said that it begins anew. told: it is a finding.
    is_late_comer: it began behind planning, so its request may have been closed without it. unended: the newest cycle
    that had not ended when the next one began, as a hold kept its recipient through another connection.
    """

    __slots__ = (
        "action", "announced", "controller", "cycle", "due_at", "ended_at", "event_id", "final", "id", "is_delivery",
        "is_late_comer", "lane", "occurred_at", "received_at", "recipient", "told", "unended", "vendor", "word",
    )  # fmt: skip

    def __init__(self, leg: Leg, own_id: str, about: About) -> None:
        self.id = own_id
        self.event_id = leg.reopens or about.event_id
        self.controller = about.controller
        self.recipient, self.vendor, self.action = leg.recipient, leg.vendor, leg.action
        self.is_delivery, self.lane = leg.kind != "task", leg.lane
        self.due_at = leg.due_at
        self.occurred_at, self.received_at = about.occurred_at, about.received_at
        self.cycle, self.unended = 0, -1
        self.announced = True
        self.told = self.is_late_comer = False
        self.word = leg.outcome
        self.final = leg.outcome if leg.kind == "none" else None
        self.ended_at = None if self.final is None else about.received_at

    @property
    def recipients(self) -> frozenset[str]:
        return frozenset(split(self.recipient))

    @property
    def weight(self) -> tuple[int, bool]:
        """Of two instructions the later one counts, and of two of one moment the one that protects."""
        return self.occurred_at, self.action != "grant"

    def begin(self, cycle: int) -> None:
        self.cycle, self.announced = cycle, True
        self.word = self.final = self.ended_at = None


class Person:
    """state: our own, encoded; newest: when the newest thing happened that was taken in, µs.

    wishes: planned events that protect the person and may stand.
    """

    __slots__ = ("deletions", "duties", "newest", "state", "wishes")

    def __init__(self) -> None:
        self.state: bytes | None = None
        self.newest: int | None = None
        self.deletions: tuple[Deletion, ...] = ()
        self.wishes: tuple[Wish, ...] = ()
        self.duties: dict[str, Duty] = {}

    @property
    def standing(self) -> SubjectState | None:
        return decode_own(SubjectState, self.state) if self.state else None

    def of_event(self, event_id: str) -> Iterator[Duty]:
        return (duty for duty in self.duties.values() if duty.event_id == event_id)

    def hand_over(self, old: Duty, to: Collection[str], pid: str) -> None:
        """Others have to do it at these recipients; what is left of it has another id, as the request gives it."""
        del self.duties[old.id]
        if rest := [one for one in split(old.recipient) if one not in to]:
            old.recipient, old.id = "+".join(rest), task_id(pid, old.event_id, "+".join(rest))
            self.duties[old.id] = old

    def forget(self, before: int) -> None:
        """What ended before that moment, µs; what a vendor has to keep begins anew, maybe years later."""
        self.duties = {
            key: one
            for key, one in self.duties.items()
            if one.ended_at is None or one.ended_at >= before or one.final == RETAINED
        }


def duties_of(legs: Iterable[Leg], about: About, *, tasks: bool) -> Iterator[Duty]:
    """Of the legs of one event. tasks: whether a request keeps those, too."""
    for number, leg in enumerate(legs):
        if leg.delivery_id and (leg.kind == "delivery" or leg.reason == TOLD):
            yield Duty(leg, leg.delivery_id, about)
        elif leg.kind == "task" and tasks:
            yield Duty(leg, task_id(about.pid, about.event_id, number), about)


def begun_id(leg: Leg, pid: str, event_id: str) -> str | None:
    """Of a leg that begins anew when a hold is over; None: nothing is to be done there."""
    if leg.kind == "none":
        return None
    return begun_leg_id(pid, event_id, leg.delivery_id, leg.recipient)


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

    def owe_anew(self, person: Person, duty: Duty) -> None:
        """When a hold is over. What was done at once begins anew, too, if its recipient was kept through another."""
        before = person.duties.get(duty.id)
        self.weight += before is None
        if before is not None and before.final is None:
            duty.unended = before.cycle
        person.duties[duty.id] = duty

    def fits(self, most: int, before: int) -> bool:
        """Whether all may stay in memory, without what ended before that moment, µs, if need be.

        One person alone always may: nobody can be halved.
        """
        if self.weight <= most or len(self) < 2:  # noqa: PLR2004 - a second one
            return True
        self.forget(before)
        return self.weight <= most * _FULL

    def forget(self, before: int) -> None:
        """What ended before that moment, µs: nothing is told of it any more."""
        for person in self.values():
            person.forget(before)
        self.weight = len(self) + sum(len(person.duties) for person in self.values())


def reopen(people: People, made: Plan, about: About) -> None:
    """What a hold had kept back begins anew, and the audit has to say so."""
    for of, leg in made.reopened:
        own_id = begun_id(leg, about.pid, of.event_id)
        if own_id is not None:
            own = about._replace(occurred_at=of.occurred_at, received_at=of.received_at)
            duty = Duty(leg, own_id, own)
            duty.cycle, duty.announced = 1, False
            people.owe_anew(people[about.pid], duty)
