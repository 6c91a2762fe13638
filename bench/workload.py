"""The one workload: the same events every time, and what our router writes for them."""

from __future__ import annotations

import random
import tomllib
import uuid
import zlib
from itertools import count
from typing import TYPE_CHECKING, Literal, NamedTuple

from processors.lane import lanes_of
from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import encode
from schemas.connections import parse_config
from schemas.events import ConsentEvent
from schemas.origin import Origin
from schemas.sealing import Seals
from streams import topics
from streams.outbox import Out
from streams.wire import home_of, outs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemas.state import SubjectState

Spread = Literal["home", "misrouted"]
SEED = 20_260_101
PARTITIONS = 4
EVENTS_PER_SUBJECT = 2
DELIVERIES_PER_EVENT = 3
FIRST_AT = 1_767_225_600_000_000
"""2026-01-01 in µs: when the first event occurred; another one every second."""
_CONFIG = """\
[controllers.{policy}]
policy = "{policy}"
[connections.google-analytics]
controller = "{policy}"
adapter = "google_analytics"
serves = ["{analytics}"]
mode = "live"
[connections.zoho-campaigns]
controller = "{policy}"
adapter = "zoho_campaigns"
serves = ["{campaigns}"]
mode = "live"
[connections.zoho-crm]
controller = "{policy}"
adapter = "zoho_crm"
serves = ["{crm}"]
mode = "live"
read_back = "off"
"""
PEPPER, RELAY_KEY = bytes(range(32)), bytes(range(32, 64))
"""No secrets: what is made here has to open in every worker of a benchmark."""


class Scene(NamedTuple):
    """Under which policy people choose, and about what: each choice reaches three connections.

    analytics, campaigns, crm: the recipients whose accounts these are.
    """

    policy: str
    purposes: tuple[str, ...]
    jurisdiction: str
    analytics: str
    campaigns: str
    crm: str

    @property
    def config(self) -> str:
        """`relay.toml`."""
        return _CONFIG.format_map(self._asdict())


USUAL = Scene(
    "oomnis",
    ("comms-marketing", "marketing-campaigns"),
    "EEA",
    "google-analytics",
    "zoho-one/marketing",
    "zoho-one/crm",
)
LARGEST = Scene(
    "osows",
    ("targeted-advertising", "campaign-effectiveness"),
    "US-CA",
    "facebook-remarketing",
    "facebook-ads",
    "linkedin-ads",
)
"""The policy with the most recipients. Of those that a choice concerns all but three are work by hand, or gone."""
CONFIG = USUAL.config


class Placed(NamedTuple):
    """A record as an upstream app publishes it."""

    partition: int
    key: bytes
    value: bytes


def events(number: int, scene: Scene = USUAL) -> Iterator[ConsentEvent]:
    """So many events, two for each person in mixed order: the second one finds a state."""
    draw = random.Random(SEED)  # noqa: S311 - the same for everyone, not a secret
    people = [person // EVENTS_PER_SUBJECT for person in range(number)]
    draw.shuffle(people)
    for position, person in enumerate(people):
        yield ConsentEvent.model_validate(
            {
                "event_id": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
                "kind": draw.choice(["consent.granted", "consent.withdrawn"]),
                "controller": scene.policy,
                "subject_id": f"customer-{person:07}",
                "identities": [
                    {"type": "email", "value": f"person.{person:07}@example.org"},
                    {"type": "phone", "value": f"+43660{person:07}"},
                ],
                "purposes": scene.purposes,
                "channels": ["email", "web"],
                "jurisdiction": scene.jurisdiction,
                "lawful_basis": "consent",
                "verified_by": {"method": "session", "at": FIRST_AT},
                "method": "web_form",
                "evidence": {"uri": f"https://apps.example.org/consents/{position:09}", "sha256": "0" * 64},
                "occurred_at": FIRST_AT + position * 1_000_000,
                "published_by": "preference-centre",
            }
        )


def partitioner(spread: Spread) -> Callable[[str], int]:
    """`home`: as the relay wants it. `misrouted`: CRC32, as librdkafka does unless told otherwise."""
    if spread == "home":
        return home_of(PARTITIONS)
    return lambda subject_id: zlib.crc32(subject_id.encode()) % PARTITIONS


def placed(number: int, spread: Spread, scene: Scene = USUAL) -> Iterator[Placed]:
    """The events as they are published, in order."""
    partition = partitioner(spread)
    for event in events(number, scene):
        yield Placed(partition(event.subject_id), event.subject_id.encode(), encode(event))


def desk(config_text: str = CONFIG) -> Desk:
    """What the router knows."""
    config = parse_config(tomllib.loads(config_text), "bench")
    return Desk(config, lanes_of(config), PEPPER, Seals(RELAY_KEY), home_of(PARTITIONS))


def routed(published: Iterable[Placed], scene: Scene = USUAL) -> Iterator[list[Out]]:
    """What our router writes for each record: by the real planner, without Kafka."""
    known = desk(scene.config)
    states: dict[str, SubjectState] = {}
    offsets = [count() for _ in range(PARTITIONS)]
    for partition, key, value in published:
        origin = Origin(topic=topics.EVENTS, partition=partition, offset=next(offsets[partition]))
        incoming = Incoming(key, value, origin, FIRST_AT + 10**14)
        made = route(incoming, known, states.get)
        outs = list(outs_of(incoming, made, PEPPER))
        if made.state:
            states[made.state.pid] = made.state
            outs.append(Out(topics.STATE, partition, made.state.pid.encode(), encode(made.state)))
        yield outs
