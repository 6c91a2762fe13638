"""The limit: Kafka's own ProducerPerformance writes as many records, of the mean size, and nothing else happens.

Its jar is pinned by `bench/kafka-tools.sha256`; all others it needs are the broker's.
"""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from bench.contenders.outputs import DELIVERIES, LANES
from infra.kafka.jars import Jar, class_path, configured_maven
from infra.kafka.java import candidates, find

PER_EVENT = 5
PINNED = Path(__file__).parents[1] / "kafka-tools.sha256"


def tools_jar() -> Path:
    """The jar in the local Maven repository, fetched if it isn't there.

    Raises:
        RuntimeError: the bytes that came are not the pinned ones.

    """
    maven = configured_maven()
    jar = Jar(*PINNED.read_text("ascii").split())
    repository: Path = maven.repo_cache
    if not jar.is_intact(repository):
        *group, artifact, version, _ = jar.path.split("/")
        (repository / jar.path).unlink(missing_ok=True)
        maven.project(".".join(group), artifact).at_version(version).artifact().resolve()
        if not jar.is_intact(repository):
            raise RuntimeError(f"{jar.path}: not the pinned bytes (SHA-256)")
    return repository / jar.path


def mean_size(templates: Path) -> int:
    """Mean size in bytes of what is written for an event."""
    sizes = [path.stat().st_size for path in templates.glob("*.avro") if path.stem != "forwarded"]
    return round(sum(sizes) / len(sizes))


def main() -> None:
    java = find(candidates(os.environ)).path
    path = os.pathsep.join([class_path(Console(stderr=True)), str(tools_jar())])
    records = PER_EVENT * int(os.environ["BENCH_NUMBER"])
    size = mean_size(Path(os.environ["BENCH_DIR"]) / "templates")
    options = ["--num-records", str(records), "--record-size", str(size), "--throughput", "-1"]
    settings = [f"bootstrap.servers={os.environ['BENCH_BOOTSTRAP']}", "acks=all", "batch.size=131072", "linger.ms=5"]
    command = [str(java), "-cp", path, "org.apache.kafka.tools.ProducerPerformance", "--topic", DELIVERIES + LANES[0]]
    os.execv(java, [*command, *options, "--command-property", *settings])  # noqa: S606 - our own command line


if __name__ == "__main__":
    main()
