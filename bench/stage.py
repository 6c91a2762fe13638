"""What every run begins with: a broker whose topics exist and hold the events, a copy of the same one each time."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.contenders.outputs import LANES
from bench.handover import write_handover
from bench.kafka_side import load
from bench.workload import PARTITIONS, partitioner, placed
from infra.kafka import EmbeddedKafka
from streams.commands.topics import create
from streams.settings import Settings
from streams.topics import topics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.handover import Sizes
    from bench.workload import Row


@dataclass(frozen=True, slots=True)
class Stage:
    """One row's events in a broker that has been stopped. `away`: events that aren't on their home partition."""

    directory: Path
    row: Row
    events: int
    away: int
    sizes: Sizes

    @contextmanager
    def open(self) -> Iterator[tuple[str, Path]]:
        """A fresh broker and a fresh hand-over directory; both are gone afterwards."""
        run = self.directory / "run"
        broker = EmbeddedKafka(run / "kafka")
        try:
            shutil.copytree(self.directory / "kafka", run / "kafka")
            shutil.copytree(self.directory / "handover", run / "handover")
            yield broker.start(), run / "handover"
        finally:
            broker.kill()
            shutil.rmtree(run, ignore_errors=True)


def prepare(directory: Path, row: Row, events: int) -> Stage:
    """Start a broker, make the topics, publish the events, stop it. Takes seconds."""
    handover = directory / "handover"
    handover.mkdir(parents=True)
    sizes = write_handover(handover)
    records = list(placed(events, row))
    with EmbeddedKafka(directory / "kafka") as broker:
        settings = Settings(bootstrap_servers=broker.bootstrap, partitions=PARTITIONS)
        asyncio.run(create(settings, topics(LANES), 1))
        load(broker.bootstrap, records)
    home = partitioner("home")
    away = sum(home(record.key.decode()) != record.partition for record in records)
    return Stage(directory, row, events, away, sizes)
