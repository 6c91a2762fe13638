"""`python -m infra.kafka.pin VERSION`: writes jars.sha256 for another release of Kafka (then set KAFKA_VERSION)."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import jgo

from infra.kafka.jars import PINNED


def main(version: str) -> None:
    kafka = jgo.resolve(f"org.apache.kafka:kafka_2.13:{version}")
    log4j = next(artifact.version for artifact in kafka if artifact.artifactId == "log4j-core")
    # Kafka's POM leaves the logging backend open: without this bridge the broker logs nothing. Resolved apart ('!' in
    # jgo's language), because its bill of materials would pull other jars back to older releases.
    bridge = jgo.resolve(f"org.apache.logging.log4j:log4j-slf4j-impl:{log4j}!")[:1]
    lines = []
    for artifact in [*kafka, *bridge]:
        file = Path(artifact.resolve())
        path = file.relative_to(artifact.context.repo_cache).as_posix()
        lines.append((path, hashlib.sha256(file.read_bytes()).hexdigest()))
    PINNED.write_text("".join(f"{sha256}  {path}\n" for path, sha256 in sorted(lines)), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1])
