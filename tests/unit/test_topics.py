"""The topics as they are documented, and what is done when the broker's are others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from schemas.errors import TopicsError
from streams.topics import Topic, apply, check, deliveries, lane_state, topics

if TYPE_CHECKING:
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic

DAY_MS = 24 * 60 * 60 * 1000
MIB = 1024 * 1024
ALL = {topic.name: topic for topic in topics(["zoho-crm", "google-analytics"])}
COMPACT = {
    "cleanup.policy": "compact",
    "segment.bytes": str(64 * MIB),
    "min.cleanable.dirty.ratio": "0.1",
}
DOCUMENTED: dict[str, tuple[int, dict[str, str]]] = {
    # name: (partitions, 0 = as many as the relay has; configuration that matters)
    "consent.events": (
        0,
        {
            "cleanup.policy": "delete",
            "retention.ms": str(30 * DAY_MS),
            "segment.ms": str(DAY_MS),
            "message.timestamp.type": "LogAppendTime",
        },
    ),
    "consent.state": (0, COMPACT),
    "consent.requests": (0, COMPACT),
    "consent.audit": (0, {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}),
    "consent.dead-letter": (0, {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}),
    "consent.control": (1, {"cleanup.policy": "delete", "retention.ms": str(400 * DAY_MS)}),
    "consent.settings": (1, COMPACT),
    "consent.checkpoints": (0, {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}),
    "consent.notary": (0, COMPACT),
    "consent.worker": (1, {"cleanup.policy": "delete", "retention.ms": str(DAY_MS)}),
    "consent.deliveries.zoho-crm": (0, {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}),
    "consent.deliveries.google-analytics": (0, {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}),
    "consent.lane-state.zoho-crm": (0, COMPACT),
    "consent.lane-state.google-analytics": (0, COMPACT),
}


def test_the_topics_are_those_that_are_documented() -> None:
    assert set(ALL) == set(DOCUMENTED)
    assert len(topics(["zoho-crm", "google-analytics"])) == len(ALL)
    assert [topic.name for topic in topics(["b", "a"])] == [topic.name for topic in topics(["a", "b"])]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_each_has_its_partitions_and_configuration(name: str) -> None:
    partitions, config = DOCUMENTED[name]
    limit = 2 * MIB if name == "consent.dead-letter" else MIB
    assert ALL[name].partitions == partitions
    assert ALL[name].config == {**config, "max.message.bytes": str(limit)}


def test_a_lane_has_two_topics() -> None:
    assert (deliveries("zoho-crm"), lane_state("zoho-crm")) == (
        "consent.deliveries.zoho-crm",
        "consent.lane-state.zoho-crm",
    )


@dataclass
class Answer:
    topic_errors: list[tuple[Any, ...]]


@dataclass
class Admin:
    """A broker's topics, by partition count. `refuses`: name → error code."""

    counts: dict[str, int] = field(default_factory=dict)
    refuses: dict[str, int] = field(default_factory=dict)
    created: list[NewTopic] = field(default_factory=list)

    async def list_topics(self) -> list[str]:
        await asyncio.sleep(0)
        return list(self.counts)

    async def create_topics(self, new: list[NewTopic]) -> Answer:
        await asyncio.sleep(0)
        self.created += new
        return Answer([(topic.name, self.refuses.get(topic.name, 0), None) for topic in new])

    async def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        await asyncio.sleep(0)
        return [{"topic": name, "partitions": [{}] * self.counts[name]} for name in names]

    @property
    def client(self) -> AIOKafkaAdminClient:
        return cast("AIOKafkaAdminClient", self)


WANTED = (Topic("consent.events", 0, {"retention.ms": "1"}), Topic("consent.control", 1))


async def test_missing_topics_are_made_and_existing_ones_left_alone() -> None:
    admin = Admin({"consent.control": 9})
    assert await apply(admin.client, WANTED, partitions=4, replication=1) == ["consent.events"]
    (new,) = admin.created
    assert (new.num_partitions, new.replication_factor) == (4, 1)
    assert new.topic_configs == {"retention.ms": "1"}
    assert await apply(Admin({"consent.events": 4, "consent.control": 1}).client, WANTED, 4, 1) == []


async def test_replicated_topics_need_two_in_sync() -> None:
    admin = Admin()
    await apply(admin.client, WANTED, partitions=4, replication=3)
    assert {new.replication_factor for new in admin.created} == {3}
    assert {new.topic_configs["min.insync.replicas"] for new in admin.created} == {"2"}
    assert [new.num_partitions for new in admin.created] == [4, 1]


async def test_who_was_second_to_make_a_topic_is_content() -> None:
    already_exists, invalid_replication = 36, 38
    admin = Admin(refuses={"consent.events": already_exists})
    assert len(await apply(admin.client, WANTED, 4, 1)) == 2
    with pytest.raises(TopicsError, match=r"topic consent\.events can't be created: InvalidReplicationFactorError"):
        await apply(Admin(refuses={"consent.events": invalid_replication}).client, WANTED, 4, 1)


async def test_topics_as_they_should_be_are_fine() -> None:
    await check(Admin({"consent.events": 4, "consent.control": 1, "other": 7}).client, WANTED, 4)


async def test_missing_topics_are_all_named() -> None:
    with pytest.raises(TopicsError, match=r"missing: consent\.control, consent\.events[\s\S]*topics apply"):
        await check(Admin().client, WANTED, 4)


async def test_one_that_may_have_been_there_is_not_to_be_made_anew_without_a_thought() -> None:
    with pytest.raises(TopicsError, match=r"missing: consent\.control\b") as caught:
        await check(Admin({"consent.events": 4}).client, WANTED, 4)
    assert "bring them back first" in str(caught.value)
    with pytest.raises(TopicsError, match="bring them back first"):  # all that is asked for, but not all there were
        await check(Admin({"consent.audit": 4, "other": 1}).client, WANTED, 4)
    with pytest.raises(TopicsError, match=r"what to do: consent-relay topics apply$"):
        await check(Admin({"other": 1}).client, WANTED, 4)


@pytest.mark.parametrize(
    ("counts", "text"),
    [((5, 1), r"consent\.events has 5 partitions, this relay works with 4"), ((4, 2), r"consent\.control has 2")],
)
async def test_another_partition_count_stops_the_work(counts: tuple[int, int], text: str) -> None:
    admin = Admin({"consent.events": counts[0], "consent.control": counts[1]})
    with pytest.raises(TopicsError, match=text) as caught:
        await check(admin.client, WANTED, 4)
    assert "never add partitions" in str(caught.value)
