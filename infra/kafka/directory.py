"""The data directory of an embedded broker: who runs in it, and where.

The lock is an flock that the broker process itself inherits. It is held exactly as long as that process lives,
however it ends. `kafka.json` is believed only while the lock is held: what a crash left behind misleads nobody.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.kafka.failure import failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Someone who asks whether the lock is held takes it for an instant.
_PATIENCE_S = 0.5


@dataclass(frozen=True)
class Broker:
    """A broker that lives. While it isn't `ready`, `pid` may be the process that is about to start it."""

    pid: int
    bootstrap: str
    version: str
    started_at: str
    ready: bool = False


def broker_at(data_dir: Path) -> Broker | None:
    """The embedded broker that lives in this directory, ready or still starting.

    Raises EmbeddedKafkaError when nobody lets us look.
    """
    return DataDirectory(data_dir).holder()


def running_at(data_dir: Path) -> str | None:
    """The bootstrap servers of the embedded broker that is ready in this directory. Raises as `broker_at`."""
    broker = broker_at(data_dir)
    return broker.bootstrap if broker and broker.ready else None


class DataDirectory:
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.log_file = self.path / "kafka.log"
        self._lock_file = self.path / "kafka.lock"
        self._record_file = self.path / "kafka.json"

    def holder(self) -> Broker | None:
        return self.last() if self._is_held() else None

    def last(self) -> Broker | None:
        """Who wrote `kafka.json`, dead or alive."""
        with suppress(OSError, ValueError, TypeError):
            return Broker(**json.loads(self._record_file.read_text(encoding="utf-8")))
        return None

    def said_since(self, start: int) -> bytes:
        """What stands in the log file from this byte on; it must be there."""
        with self.log_file.open("rb") as log:
            log.seek(start)
            return log.read()

    def write(self, broker: Broker) -> None:
        whole = self._record_file.with_suffix(".tmp")
        whole.write_text(json.dumps(asdict(broker), indent=2) + "\n", encoding="utf-8")
        whole.replace(self._record_file)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """The lock, as a file descriptor that the broker shall inherit; our own is closed at the end.

        Raises EmbeddedKafkaError, with the holder's name, when a broker lives here already, or when none can.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            if not _flock(lock, fcntl.LOCK_EX, time.monotonic() + _PATIENCE_S):
                raise self._occupied()
            yield lock
        finally:
            os.close(lock)

    def _is_held(self) -> bool:
        try:
            lock = os.open(self._lock_file, os.O_RDONLY)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unusable(error) from None
        try:
            return not _flock(lock, fcntl.LOCK_SH, time.monotonic())
        finally:
            os.close(lock)

    def _unusable(self, error: OSError) -> Exception:
        return failure(
            f"{self.path} can't be used: {error.strerror or type(error).__name__}",
            "see to its owner and mode, or name another place with --data-dir (CONSENT_RELAY_DATA_DIR)",
        )

    def _occupied(self) -> Exception:
        broker = self.last()
        who = "another process"
        if broker:
            state = f"at {broker.bootstrap}" if broker.ready else "still starting"
            who = f"process {broker.pid} (Kafka {broker.version}, {state}, since {broker.started_at})"
        return failure(
            f"{self.path} is in use by {who}",
            "use that one, stop it with 'consent-relay broker stop', or name another data directory",
        )


def now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


def _flock(lock: int, kind: int, deadline: float) -> bool:
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
