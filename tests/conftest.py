from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from infra.kafka import EmbeddedKafka

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class KafkaUnderTest:
    bootstrap: str


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaUnderTest]:
    """One broker for the whole session, started by the first test that asks for it: `kafka.bootstrap`.

    CONSENT_RELAY_TEST_BOOTSTRAP names another one. If the broker can't be started, the tests fail and aren't skipped.
    """
    given = os.environ.get("CONSENT_RELAY_TEST_BOOTSTRAP")
    if given:
        yield KafkaUnderTest(given)
        return
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield KafkaUnderTest(broker.bootstrap)
