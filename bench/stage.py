"""What every run begins with: a broker whose topics hold the row's records, a copy of the same one each time."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.contenders.outputs import LANES
from bench.kafka_side import load
from bench.workload import PARTITIONS
from infra.kafka import EmbeddedKafka
from streams.commands.topics import create
from streams.settings import Settings
from streams.topics import topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bench.handover import Sizes
    from bench.rows import Row
    from bench.vendor.process import Vendor


@dataclass(frozen=True, slots=True)
class Opened:
    """One run's surroundings: a fresh broker, a fresh hand-over directory, a vendor where the row has one."""

    bootstrap: str
    handover: Path
    vendor: Vendor | None


@dataclass(frozen=True, slots=True)
class Stage:
    """One row's records in a broker that has been stopped. number: of the row's unit; due: what must come of them."""

    directory: Path
    row: Row
    number: int
    due: Mapping[str, int]
    sizes: Sizes

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """All of it is gone afterwards."""
        run = self.directory / "run"
        broker = EmbeddedKafka(run / "kafka")
        try:
            shutil.copytree(self.directory / "kafka", run / "kafka")
            shutil.copytree(self.directory / "handover", run / "handover")
            with self.row.surroundings(run / "handover") as vendor:
                yield Opened(broker.start(), run / "handover", vendor)
        finally:
            broker.kill()
            shutil.rmtree(run, ignore_errors=True)


def prepare(directory: Path, row: Row, number: int) -> Stage:
    """Start a broker, make the topics, publish the row's records, stop it. Takes seconds."""
    handover = directory / "handover"
    handover.mkdir(parents=True)
    records, sizes = row.load(number, handover)
    with EmbeddedKafka(directory / "kafka") as broker:
        settings = Settings(bootstrap_servers=broker.bootstrap, partitions=PARTITIONS)
        asyncio.run(create(settings, topics(LANES), 1))
        load(broker.bootstrap, records)
    return Stage(directory, row, number, row.due(records), sizes)
