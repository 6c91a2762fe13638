"""The workload of a lane: deletions, made by the real planner and sealed as the lane expects them."""

from __future__ import annotations

import random
import uuid
from itertools import count
from typing import TYPE_CHECKING

from bench.workload import FIRST_AT, PARTITIONS, SEED, partitioner
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import encode
from schemas.contract import Origin
from schemas.events import ConsentEvent
from streams import topics
from streams.wire import delivery_outs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.routing.desk import Desk
    from streams.outbox import Out


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
