"""`python -m bench.replaying`: how fast the audit is rebuilt and verified, beside a bare reader and Kafka's tool."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, track

from bench.kafka_side import load
from bench.replaying.contenders import Log, contenders
from bench.replaying.heads import heads
from bench.replaying.load import records
from bench.replaying.telling import Told, table
from bench.workload import PARTITIONS
from infra.kafka import EmbeddedKafka
from streams import topics
from streams.commands.topics import create
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.outbox import Out

CONSOLE = Console(stderr=True)
ROUNDS = 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.replaying", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=ROUNDS, help="rounds, a run of each in every one")
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-replay-") as directory:
        broker = EmbeddedKafka(Path(directory) / "kafka")
        try:
            told = _measured(_loaded(broker.start(), given.records), given.runs, Path(directory))
        finally:
            broker.kill()
    sys.stdout.write(json.dumps(told.as_json()) + "\n" if given.json else table(told))


def _loaded(bootstrap: str, number: int) -> Log:
    settings = Settings(bootstrap_servers=bootstrap, partitions=PARTITIONS)
    asyncio.run(create(settings, topics.topics(()), 1))
    counts: Counter[int] = Counter()

    def counted() -> Iterator[Out]:
        for out in track(records(number), "load", number, console=CONSOLE):
            counts[out.partition] += 1
            yield out

    began = time.perf_counter()
    load(bootstrap, counted())
    made_s = time.perf_counter() - began
    load(bootstrap, heads(bootstrap, counts))
    CONSOLE.print(
        f"{counts.total():,} records in {made_s:.0f} s, heads in {time.perf_counter() - began - made_s:.0f} s"
    )
    return Log(bootstrap, dict(sorted(counts.items())))


def _measured(log: Log, rounds: int, directory: Path) -> Told:
    """A round takes one run of each, so that what else the machine does falls on all of them."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CONSENT_RELAY_")}
    told = Told(log.total)
    with Progress(console=CONSOLE) as progress:
        for turn in range(rounds):
            each = contenders(log, directory, env)
            for name, measure in progress.track(each.items(), description=f"round {turn + 1}", total=len(each)):
                told.add(name, spent := measure())
                progress.console.print(f"{name}: {spent.s:.1f} s, {spent.cpu_s:.1f} s of processor time")
    return told


if __name__ == "__main__":
    main()
