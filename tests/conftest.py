from __future__ import annotations

import asyncio
import gc
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import hypothesis
import pytest

from infra.kafka import EmbeddedKafka
from streams.commands.topics import create
from streams.settings import Settings
from streams.topics import topics as topics_for

if TYPE_CHECKING:
    from collections.abc import Iterator


# Whoever starts the tests in the background may have SIGINT ignored, which the commands under test would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says more about the machine than about us; one that fails is printed so that it can be had
# again.
hypothesis.settings.register_profile("consent-relay", deadline=None, print_blob=True)
hypothesis.settings.load_profile("consent-relay")

LONGEST = (
    "kill_storm",
    "quotas",
    "network",
    "broker_bounce",
    "hung_vendor",
    "clock_and_disk",
    "scale",
    "zombie",
    "poison",
)
"""Of the fault tests at full size: side by side, what lasts longest begins first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    name = item.path.stem.removeprefix("test_")
    return LONGEST.index(name) if item.path.parent.name == "faults" and name in LONGEST else len(LONGEST)


@dataclass(frozen=True)
class KafkaUnderTest:
    bootstrap: str


@pytest.fixture(autouse=True)
def leaves_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever leaves a connection open fails itself, not the test that runs when the collector happens to come."""
    yield
    if request.path.parent.name in {"integration", "faults"}:  # too slow for thousands of small ones
        gc.collect()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaUnderTest]:
    """One broker for all of a test process, started by the first test that asks for it: `kafka.bootstrap`.

    CONSENT_RELAY_TEST_BOOTSTRAP names another one. If the broker can't be started, the tests fail and aren't skipped.
    """
    given = os.environ.get("CONSENT_RELAY_TEST_BOOTSTRAP")
    if given:
        yield KafkaUnderTest(given)
        return
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield KafkaUnderTest(broker.bootstrap)


@pytest.fixture(scope="session")
def topics(kafka: KafkaUnderTest) -> tuple[str, ...]:
    """All topics of the relay on the session's broker, with 4 partitions; the lanes they are for."""
    lanes = ("zoho-crm", "zoho-campaigns", "google-analytics")
    asyncio.run(create(Settings(bootstrap_servers=kafka.bootstrap, partitions=4), topics_for(lanes), 1))
    return lanes
