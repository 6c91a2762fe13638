"""Every topic, once. Partition counts are fixed at the first `topics apply` and checked ever after."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.errors import TopicsError

if TYPE_CHECKING:
    from collections.abc import Iterable

EVENTS = "consent.events"
STATE = "consent.state"
REQUESTS = "consent.requests"
AUDIT = "consent.audit"
DEAD_LETTER = "consent.dead-letter"
CONTROL = "consent.control"
SETTINGS = "consent.settings"
CHECKPOINTS = "consent.checkpoints"
NOTARY = "consent.notary"
WORKER = "consent.worker"

_OURS = "consent."
DAY_MS = 86_400_000
_SOME_MISSING = (
    "if they are new, as of a new connection or release: consent-relay topics apply; if they were there before: "
    "bring them back first, an empty topic passes for a new one (docs/running.md)"
)
MIB = 1_048_576
RECORD_LIMIT = MIB
DEAD_LETTER_LIMIT = 2 * MIB


@cache
def deliveries(lane: str) -> str:
    return f"consent.deliveries.{lane}"


def lane_state(lane: str) -> str:
    return f"consent.lane-state.{lane}"


@dataclass(frozen=True, slots=True)
class Topic:
    """`partitions` 0: as many as the relay's partition count."""

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict)


def _delete(days: int | None, **more: str) -> dict[str, str]:
    kept = "-1" if days is None else str(days * DAY_MS)
    forever = {"retention.bytes": "-1"} if days is None else {}
    return {"cleanup.policy": "delete", "retention.ms": kept, "max.message.bytes": str(MIB), **forever, **more}


_COMPACT = {
    "cleanup.policy": "compact",
    "max.message.bytes": str(MIB),
    # A takeover reads these topics whole: with Kafka's own values nothing is compacted before 1 GiB or a week.
    "segment.bytes": str(64 * MIB),
    "min.cleanable.dirty.ratio": "0.1",
}


def topics(lanes: Iterable[str]) -> tuple[Topic, ...]:
    """All topics for these lanes."""
    per_lane = [
        topic
        for lane in sorted(lanes)
        for topic in (Topic(deliveries(lane), 0, _delete(90)), Topic(lane_state(lane), 0, _COMPACT))
    ]
    stamped = {"segment.ms": str(DAY_MS), "message.timestamp.type": "LogAppendTime"}
    return (
        Topic(EVENTS, 0, _delete(30, **stamped)),
        Topic(STATE, 0, _COMPACT),
        Topic(REQUESTS, 0, _COMPACT),
        Topic(AUDIT, 0, _delete(None)),
        Topic(DEAD_LETTER, 0, _delete(90, **{"max.message.bytes": str(DEAD_LETTER_LIMIT)})),
        Topic(CONTROL, 1, _delete(400)),
        Topic(SETTINGS, 1, _COMPACT),
        Topic(CHECKPOINTS, 0, _delete(None)),
        Topic(NOTARY, 0, _COMPACT),
        Topic(WORKER, 1, _delete(1)),
        *per_lane,
    )


async def apply(admin: AIOKafkaAdminClient, wanted: Iterable[Topic], partitions: int, replication: int) -> list[str]:
    """Create the topics that are missing; returns their names. Existing ones are left as they are.

    Raises:
        TopicsError: the broker refused one.

    """
    existing = set(await admin.list_topics())
    missing = [topic for topic in wanted if topic.name not in existing]
    safe = {"min.insync.replicas": "2"} if replication > 1 else {}
    new = [
        NewTopic(topic.name, topic.partitions or partitions, replication, topic_configs={**topic.config, **safe})
        for topic in missing
    ]
    if new:
        answer = await admin.create_topics(new)
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise TopicsError(f"topic {name} can't be created: {error.__name__}", remedy="check the broker's log")
    return [topic.name for topic in missing]


async def check(admin: AIOKafkaAdminClient, wanted: Iterable[Topic], partitions: int) -> None:
    """Refuse to work on topics that are missing or have another partition count.

    Raises:
        TopicsError: naming the topics and what to do.

    """
    wanted = list(wanted)
    existing = set(await admin.list_topics())
    missing = sorted(topic.name for topic in wanted if topic.name not in existing)
    if missing:
        some_there = any(name.startswith(_OURS) for name in existing)
        remedy = _SOME_MISSING if some_there else "consent-relay topics apply"
        raise TopicsError(f"topics are missing: {', '.join(missing)}", remedy=remedy)
    described = await admin.describe_topics([topic.name for topic in wanted])
    counts = {entry["topic"]: len(entry["partitions"]) for entry in described}
    for topic in wanted:
        want = topic.partitions or partitions
        if counts[topic.name] != want:
            raise TopicsError(
                f"topic {topic.name} has {counts[topic.name]} partitions, this relay works with {want}",
                remedy="set CONSENT_RELAY_PARTITIONS to the count the topics were made with; never add partitions: "
                "a person's records would be split between two",
            )
