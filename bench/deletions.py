"""The workload of a lane: deletions, made by the real planner and sealed as the lane expects them."""

from __future__ import annotations

import random
import uuid
from itertools import count
from typing import TYPE_CHECKING

from bench.workload import FIRST_AT, PARTITIONS, PEPPER, RELAY_KEY, SEED, partitioner
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import decode, encode
from schemas.events import ConsentEvent, Identity
from schemas.ids import delivery_id, pid
from schemas.origin import Origin
from schemas.records import Delivery
from schemas.sealing import Seals
from streams import topics
from streams.outbox import Out
from streams.wire import delivery_outs, home_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.routing.desk import Desk


def deletions(number: int) -> Iterator[ConsentEvent]:
    """So many events in mixed order, each of another person: a lane would not do the older one of two."""
    draw = random.Random(SEED)  # noqa: S311 - the same for everyone, not a secret
    asked = list(range(number))
    draw.shuffle(asked)
    for position, person in enumerate(asked):
        yield ConsentEvent.model_validate(
            {
                "event_id": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
                "kind": "deletion.requested",
                "controller": "oomnis",
                "subject_id": f"customer-{person:07}",
                "identities": [
                    {"type": "email", "value": f"person.{person:07}@example.org"},
                    {"type": "ga_client_id", "value": f"{1_000_000_000 + person}.{1_700_000_000 + person}"},
                ],
                "method": "web_form",
                "occurred_at": FIRST_AT + position * 1_000_000,
                "published_by": "preference-centre",
            }
        )


def deliveries(number: int, known: Desk, at: int) -> Iterator[Out]:
    """What the router writes to the lanes of `known` for so many deletions that it received at `at`, µs.

    Nobody's state is kept: a deletion asks for the same whatever stood before it.
    """
    home = partitioner("home")
    offsets = [count() for _ in range(PARTITIONS)]
    for event in deletions(number):
        partition = home(event.subject_id)
        origin = Origin(topic=topics.EVENTS, partition=partition, offset=next(offsets[partition]))
        incoming = Incoming(event.subject_id.encode(), encode(event), origin, at)
        yield from delivery_outs(route(incoming, known, lambda _: None).deliveries, partition)


def alike(number: int, known: Desk, at: int) -> Iterator[Delivery]:
    """The same for one lane and for very many: each as the planner made the first, but sealed for another person."""
    first, home, seals = (
        decode(Delivery, next(deliveries(1, known, at)).value or b""),
        home_of(PARTITIONS),
        Seals(RELAY_KEY),
    )
    for person in range(number):
        subject, event = f"customer-{person:07}", str(uuid.UUID(int=person, version=4))
        who, ga = pid(PEPPER, first.controller, subject), f"{1_000_000_000 + person}.{1_700_000_000 + person}"
        email = f"person.{person:07}@example.org"
        identities = (Identity(type="email", value=email), Identity(type="ga_client_id", value=ga))
        yield first.changed(
            pid=who,
            event_id=event,
            delivery_id=delivery_id(first.controller, event, first.lane, first.action, first.policy.version),
            sealed=seals.seal_identities(identities, who, event),
            origin=first.origin.changed(partition=home(subject), offset=person),
        )


def in_topic(given: Iterable[Delivery]) -> Iterator[Out]:
    """As they stand in their lane's topic."""
    for delivery in given:
        key = delivery.pid.encode()
        yield Out(topics.deliveries(delivery.lane), delivery.origin.partition, key, encode(delivery))
