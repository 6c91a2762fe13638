"""`python -m bench.replaying`: records a second, beside a bare reader and Kafka's ConsumerPerformance, in rounds."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console

from bench.contenders.producer_performance import PINNED
from bench.kafka_side import load
from bench.replaying.load import records
from bench.workload import PARTITIONS
from infra.kafka import EmbeddedKafka
from infra.kafka.jars import class_path
from infra.kafka.java import candidates, find
from streams import topics
from streams.commands.topics import create
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CONSOLE = Console(stderr=True)
_RATE = re.compile(r"^\d{4}-.*", re.MULTILINE)
_NMSG_S = 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.replaying", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="the median is shown")
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-replay-") as directory:
        broker = EmbeddedKafka(Path(directory) / "kafka")
        try:
            told = _measured(broker.start(), given.records, given.runs, Path(directory))
        finally:
            broker.kill()
    sys.stdout.write(json.dumps(told) + "\n" if given.json else _table(told))


def _measured(bootstrap: str, number: int, runs: int, directory: Path) -> dict[str, float]:
    """Records a second of each; a round takes one run of each."""
    settings = Settings(bootstrap_servers=bootstrap, partitions=PARTITIONS)
    asyncio.run(create(settings, topics.topics(()), 1))
    CONSOLE.print(f"loading {number} records")
    counter = count()
    load(bootstrap, (record for record, _ in zip(records(number), counter, strict=False)))
    made = next(counter)
    rates: Mapping[str, list[float]] = defaultdict(list)
    for turn in range(runs):
        for name, measure in _contenders(bootstrap, made, directory).items():
            rates[name].append(measure())
            CONSOLE.print(f"round {turn + 1}: {name} {rates[name][-1]:,.0f} records/s")
    return {"records": made, **{name: round(median(found)) for name, found in rates.items()}}


def _contenders(bootstrap: str, number: int, directory: Path) -> dict[str, Callable[[], float]]:
    every = ",".join(map(str, range(PARTITIONS)))
    out = str(directory / "out")
    replay = (
        sys.executable, "-m", "streams", "replay", "--bootstrap-servers", bootstrap, "--out", out, "--processes",
    )  # fmt: skip
    return {
        "ConsumerPerformance": lambda: _consumer_performance(bootstrap, number),
        "bare reader": lambda: _bare(bootstrap, every, number),
        "replay, 1 process": lambda: number / _seconds((*replay, "1")),
        "replay, 2 processes": lambda: number / _seconds((*replay, "2")),
    }


def _seconds(command: Sequence[str]) -> float:
    """From its start to its end: with the start of Python, and with all files written."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_env())  # noqa: S603 - our own program
    return time.perf_counter() - began


def _bare(bootstrap: str, partitions: str, number: int) -> float:
    command = (sys.executable, "-m", "bench.replaying.bare", bootstrap, partitions, str(number))
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=_env())  # noqa: S603
    count, seconds = told.stdout.split()
    return int(count) / float(seconds)


def _consumer_performance(bootstrap: str, number: int) -> float:
    path = os.pathsep.join([class_path(CONSOLE), class_path(CONSOLE, pins=PINNED)])
    command = (
        str(find(candidates(os.environ)).path), "-cp", path, "org.apache.kafka.tools.ConsumerPerformance",
        "--bootstrap-server", bootstrap, "--topic", topics.AUDIT, "--num-records", str(number), "--hide-header",
    )  # fmt: skip
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - Kafka's own tool
    (line,) = _RATE.findall(told.stdout)
    return float(line.split(",")[_NMSG_S])


def _env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CONSENT_RELAY_")}


def _table(told: Mapping[str, float]) -> str:
    bare = told["bare reader"]
    rows = [
        f"{name:22} {rate:12,.0f} records/s  {rate / bare:5.2f}×" for name, rate in told.items() if name != "records"
    ]
    return f"{told['records']:,.0f} records of consent.audit\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
