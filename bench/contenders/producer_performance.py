"""The limit: Kafka's own ProducerPerformance writes as many records, of the mean size, and nothing else happens.

Its jar is pinned by `bench/kafka-tools.sha256`; all others it needs are the broker's.
"""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from bench.contenders.outputs import DELIVERIES, LANES
from infra.kafka.jars import class_path
from infra.kafka.java import candidates, find

PER_EVENT = 5
PINNED = Path(__file__).parents[1] / "kafka-tools.sha256"


def mean_size(templates: Path) -> int:
    """Mean size in bytes of what is written for an event."""
    sizes = [path.stat().st_size for path in templates.glob("*.avro") if path.stem != "forwarded"]
    return round(sum(sizes) / len(sizes))


def main() -> None:
    java = find(candidates(os.environ)).path
    console = Console(stderr=True)
    path = os.pathsep.join([class_path(console), class_path(console, pins=PINNED)])
    records = PER_EVENT * int(os.environ["BENCH_NUMBER"])
    size = mean_size(Path(os.environ["BENCH_DIR"]) / "templates")
    options = ["--num-records", str(records), "--record-size", str(size), "--throughput", "-1"]
    settings = [f"bootstrap.servers={os.environ['BENCH_BOOTSTRAP']}", "acks=all", "batch.size=131072", "linger.ms=5"]
    command = [str(java), "-cp", path, "org.apache.kafka.tools.ProducerPerformance", "--topic", DELIVERIES + LANES[0]]
    os.execv(java, [*command, *options, "--command-property", *settings])  # noqa: S606 - our own command line


if __name__ == "__main__":
    main()
