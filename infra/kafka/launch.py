"""From an empty or a used data directory to a broker that answers."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from infra.kafka import config, health
from infra.kafka.directory import Broker, now
from infra.kafka.failure import failure
from infra.kafka.jars import KAFKA_VERSION, class_path
from infra.kafka.java import candidates, find
from infra.kafka.old_session import strike_off
from infra.kafka.process import end

if TYPE_CHECKING:
    from rich.console import Console

    from infra.kafka.directory import DataDirectory
    from infra.kafka.java import Java
    from infra.kafka.process import Child, Detached

_START_TIMEOUT_S = 300.0
_FORMAT_TIMEOUT_S = 180.0
"""Generous: under load each step may take ten times as long, and whoever has died meanwhile is told at once."""
_LOG_LIMIT_BYTES = 10_000_000
_TAIL_LINES = 12
# One stage of the compiler starts faster, and an embedded broker is seldom busy enough to miss the other.
_JVM = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
_LOGGING = "-Dlog4j2.configurationFile=log4j2.properties"


def launch(
    directory: DataDirectory,
    kind: type[Child | Detached],
    console: Console,
    java: Java | None,
    tunnel: config.Tunnel | None,
) -> tuple[Broker, Child | Detached]:
    """Returns when the broker is healthy. Blocks for seconds; not to be called on an event loop.

    Raises EmbeddedKafkaError: no Java, no jars, the directory is in use, or the broker died or isn't healthy in time.
    """
    java = java or find(candidates(os.environ))
    program = [str(java.path), *_JVM, _LOGGING, "-cp", class_path(console)]
    with console.status(f"Starting Kafka {KAFKA_VERSION} with Java {java.major} from {java.source}"):
        with directory.locked() as lock:
            broker, ports = _claim(directory, tunnel)
            log_start = _log_start(directory)
            if (directory.path / config.LOG_DIR / "meta.properties").exists():
                if not strike_off(directory, program, ports, lock, log_start):
                    console.print("Kafka's last session was not seen to end: the start may take a minute")
            else:
                _format(directory, program, log_start)
            process = kind([*program, "kafka.Kafka", "server.properties"], directory, lock)
        try:
            broker = replace(broker, pid=process.pid)
            directory.write(broker)
            _await_health(broker, directory, log_start)
        except BaseException:
            end(process.pid, directory, grace_s=0)
            process.reap()
            raise
    broker = replace(broker, ready=True)
    directory.write(broker)
    return broker, process


def _claim(directory: DataDirectory, tunnel: config.Tunnel | None) -> tuple[Broker, config.Ports]:
    """Writes who is starting here, and the settings."""
    last = directory.last()
    ports = config.free_ports(last.bootstrap if last else None, tunnel)
    broker = Broker(os.getpid(), ports.bootstrap, KAFKA_VERSION, now())
    directory.write(broker)
    (directory.path / "server.properties").write_text(config.server_properties(ports, tunnel), encoding="ascii")
    (directory.path / "log4j2.properties").write_text(config.LOG4J2_PROPERTIES, encoding="ascii")
    return broker, ports


def _log_start(directory: DataDirectory) -> int:
    """Where in the log file this start begins, in bytes; a long one begins anew."""
    log = directory.log_file
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log.stat().st_size if log.exists() else 0


def _format(directory: DataDirectory, program: list[str], log_start: int) -> None:
    """Formats the storage of a new directory."""
    # A first character of our own, because one in 64 would be a minus sign.
    cluster_id = "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii")[1:22]
    command = [*program, "kafka.tools.StorageTool", "format", "--config=server.properties"]
    try:
        with directory.log_file.open("ab") as output:
            subprocess.run(  # noqa: S603  # our own command line
                [*command, f"--cluster-id={cluster_id}"],
                cwd=directory.path,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=_FORMAT_TIMEOUT_S,
                check=True,
            )
    except subprocess.SubprocessError as error:
        raise _failed("Kafka's storage can't be formatted", directory, log_start) from error


def _await_health(broker: Broker, directory: DataDirectory, log_start: int) -> None:
    def check_alive() -> None:
        if directory.holder() is None:
            raise _failed("the embedded Kafka has died while starting", directory, log_start)

    try:
        asyncio.run(health.wait_until_healthy(broker.bootstrap, check_alive, _START_TIMEOUT_S))
    except TimeoutError:
        what = f"the embedded Kafka at {broker.bootstrap} isn't healthy after {_START_TIMEOUT_S:.0f} s"
        raise _failed(what, directory, log_start) from None


def _failed(what: str, directory: DataDirectory, log_start: int) -> Exception:
    lines = directory.said_since(log_start).decode("utf-8", errors="replace").splitlines()
    tail = "".join(f"\n  | {line}" for line in lines[-_TAIL_LINES:]) or " nothing"
    return failure(f"{what}; its log {directory.log_file} ends with:{tail}", "see the log file")
