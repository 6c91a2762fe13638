"""What people choose in a fault run: many choices of few people and few of many; some late, some published twice."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from aiokafka.partitioner import murmur2

from schemas.codec import encode
from schemas.events import ConsentEvent
from schemas.times import SECOND
from streams.demo.accounts import CONTROLLER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.sandbox import Person

PURPOSES = ("comms-marketing", "prospecting", "marketing-campaigns", "surveys", "campaign-analytics")
"""Those of the policy that people may choose about and that reach a connection of the runs."""
HOT = 200
"""So many people make half of all choices."""
LATE, AGAIN = 0.03, 0.02
SOON = 500
"""A repeat comes within so many records: the relay knows a person's last 32 events, and judges older ones anew."""
_AGO = 2 * 86_400 * SECOND
KINDS = {
    "consent.granted": 40,
    "consent.withdrawn": 25,
    "consent.expired": 5,
    "authorisation.withdrawn": 2,
    "objection.raised": 8,
    "optout.sale": 2,
    "optout.targeted_ads": 5,
    "deletion.requested": 10,
    "minor.identified": 2,
    "contract.ended": 1,
    "access.requested": 2,
    "correction.requested": 2,
    "deletion.offered": 1,
    "restriction.requested": 3,
    "restriction.lifted": 3,
    "hold.placed": 3,
    "hold.lifted": 3,
}
"""How often each is drawn."""
_OFTEN_OF_ALL = {"restriction.requested", "restriction.lifted", "hold.placed", "hold.lifted"}
"""So that many of them meet."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record for `consent.events`; `event`: as the upstream app had it, None for poison."""

    partition: int
    key: bytes | None
    value: bytes | None
    event: dict[str, Any] | None

    def as_json(self, number: int) -> dict[str, Any]:
        value = base64.b64encode(self.value).decode() if self.value is not None and self.event is None else None
        return {"n": number, "partition": self.partition, "event": self.event, "value": value}


def home(subject_id: str, partitions: int) -> int:
    """The partition where Kafka's own clients put a record with this key."""
    return int((murmur2(subject_id.encode()) & 0x7FFFFFFF) % partitions)


def make_records(count: int, people: Sequence[Person], partitions: int, seed: int, now: int) -> list[Record]:
    """`count` records in the order of their arrival; the same for the same arguments. now: µs."""
    rng = Random(f"workload {seed}")
    again = round(count * AGAIN)
    records = [record_of(event, partitions) for event in _late(list(_events(count - again, people, rng, now)), rng)]
    for _ in range(again):
        place = rng.randrange(len(records))
        records.insert(rng.randint(place + 1, min(place + SOON, len(records))), records[place])
    return records


def _events(count: int, people: Sequence[Person], rng: Random, now: int) -> Iterator[ConsentEvent]:
    hot, holds = people[: min(HOT, len(people) // 2)], dict[str, str]()
    for number in range(count):
        person = rng.choice(hot if rng.random() < 0.5 else people)
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        event_id, more = str(UUID(int=rng.getrandbits(128), version=4)), dict[str, Any]()
        if kind == "minor.identified":
            more["age"] = rng.choice((None, 12, 17))
        elif kind == "hold.placed":
            holds[person.key] = event_id
        elif kind == "hold.lifted":
            more["supersedes"] = rng.choice((None, holds.get(person.key)))
        at = now - _AGO + (_AGO // 2) * number // count
        yield choice(person, kind, _purposes(kind, rng), event_id, at, **more)


def choice(
    person: Person, kind: str, purposes: Sequence[str] | None, event_id: str, occurred_at: int, **more: Any
) -> ConsentEvent:
    """What one person chooses. purposes: None for all of them; occurred_at: µs; more: what some kinds say besides."""
    return ConsentEvent.parse({
        "event_id": event_id,
        "kind": kind,
        "controller": CONTROLLER,
        "subject_id": person.key,
        "identities": [
            {"type": "email", "value": person.email},
            {"type": "ga_client_id", "value": person.ga_client_id},
        ],
        "purposes": purposes,
        "method": "api",
        "published_by": "faults",
        "occurred_at": occurred_at,
        **more,
    })  # fmt: skip


def _purposes(kind: str, rng: Random) -> tuple[str, ...] | None:
    """None: all of them."""
    if kind == "deletion.requested" or rng.random() < (0.4 if kind in _OFTEN_OF_ALL else 0.1):
        return None
    return tuple(rng.sample(PURPOSES, rng.randint(1, 3)))


def _late(events: list[ConsentEvent], rng: Random) -> list[ConsentEvent]:
    """Some arrive behind a good many others, the same person's among them."""
    places = [float(place) for place in range(len(events))]
    for place in rng.sample(range(len(events)), round(len(events) * LATE)):
        places[place] += rng.uniform(10, SOON)
    return [event for _, event in sorted(zip(places, events, strict=True), key=lambda pair: pair[0])]


def record_of(event: ConsentEvent, partitions: int) -> Record:
    plain = {
        "event_id": event.event_id,
        "kind": event.kind,
        "subject_id": event.subject_id,
        "purposes": list(event.purposes) if event.purposes else "all",
        "channels": list(event.channels) if event.channels else None,
        "occurred_at": event.occurred_at,
    }
    return Record(home(event.subject_id, partitions), event.subject_id.encode(), encode(event), plain)
