from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console

from infra.kafka.directory import Broker, DataDirectory
from infra.kafka.launch import launch
from infra.kafka.process import Child, Detached, end

if TYPE_CHECKING:
    from pathlib import Path

    from infra.kafka.config import Tunnel
    from infra.kafka.java import Java

GRACE_S = 20.0


class EmbeddedKafka:
    """A broker that is a child of this process and ends with it, even by SIGKILL. A context manager.

    The same data directory may be started again and again: it keeps all data and, if nobody took it, the port.
    `console` shows progress; without one nothing is printed. `java` overrides the search for one. `tunnel`: a second
    way in, for clients on its other end.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        console: Console | None = None,
        java: Java | None = None,
        tunnel: Tunnel | None = None,
    ) -> None:
        self._directory = DataDirectory(data_dir)
        self._console = console or Console(quiet=True)
        self._java = java
        self._tunnel = tunnel
        self._running: tuple[Broker, Child | Detached] | None = None

    def start(self) -> str:
        """Returns the bootstrap servers, when the broker is healthy. Blocks: on an event loop use a thread.

        Raises EmbeddedKafkaError, whose text says what was tried, where the log is, and what to do.
        """
        self._running = launch(self._directory, Child, self._console, self._java, self._tunnel)
        return self.bootstrap

    def stop(self) -> None:
        """Stops the broker cleanly, or kills it after 20 s. Nothing happens if it doesn't run."""
        self._end(GRACE_S)

    def kill(self) -> None:
        """SIGKILL, for fault tests."""
        self._end(0)

    @property
    def bootstrap(self) -> str:
        return self._broker.bootstrap

    @property
    def pid(self) -> int:
        return self._broker.pid

    @property
    def log_file(self) -> Path:
        return self._directory.log_file

    @property
    def _broker(self) -> Broker:
        if self._running is None:
            raise RuntimeError("the embedded Kafka is not started")
        return self._running[0]

    def _end(self, grace_s: float) -> None:
        if self._running is None:
            return
        broker, process = self._running
        end(broker.pid, self._directory, grace_s=grace_s)
        process.reap()
        self._running = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_detached(data_dir: Path, *, console: Console | None = None, java: Java | None = None) -> Broker:
    """Starts a broker that stays when this process ends. Blocks and raises as `EmbeddedKafka.start`."""
    broker, _ = launch(DataDirectory(data_dir), Detached, console or Console(quiet=True), java, None)
    return broker


def stop_at(data_dir: Path) -> Broker | None:
    """Stops the broker that lives in this directory and returns what it was; None if there is none."""
    directory = DataDirectory(data_dir)
    broker = directory.holder()
    if broker:
        end(broker.pid, directory, grace_s=GRACE_S)
    return broker
