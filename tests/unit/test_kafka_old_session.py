"""When the controller that ends a node's old session has done so; a JVM isn't needed for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.kafka import old_session
from infra.kafka.config import Ports
from infra.kafka.directory import DataDirectory
from infra.kafka.old_session import strike_off

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

OLDER, AT_WORK, STRUCK_OFF = "broker 1: fenced=1, ...", "Performing controller activation.", "broker 1: fenced=1, ..."


class Controller:
    """Says a line each time somebody looks whether it is alive, and is dead after the last one."""

    said: Sequence[str] = ()

    def __init__(self, command: Sequence[str], directory: DataDirectory, lock: int) -> None:
        self.command, self.lock = command, lock
        self._lines, self._log = list(self.said), directory.log_file
        self.stopped = False
        made.append(self)

    @property
    def is_alive(self) -> bool:
        if self._lines:
            with self._log.open("a") as log:
                log.write(self._lines.pop(0) + "\n")
            return True
        return False

    def stop(self, grace_s: float) -> None:
        assert grace_s > 0
        self.stopped = True


made: list[Controller] = []


def left(monkeypatch: pytest.MonkeyPatch, path: Path, *said: str) -> tuple[bool, int]:
    """Whether the node was struck off, and how many lines the controller had still to say when it was stopped."""
    monkeypatch.setattr(old_session, "Child", Controller)
    monkeypatch.setattr(Controller, "said", said)
    log = path / "kafka.log"
    start = log.stat().st_size if log.exists() else 0
    is_done = strike_off(DataDirectory(path), ["java"], Ports(21001, 21002), 3, start)
    assert made[-1].stopped
    assert made[-1].command == ["java", "kafka.Kafka", "controller.properties"]
    assert "process.roles=controller\n" in (path / "controller.properties").read_text()
    return is_done, len(made[-1]._lines)


def test_it_is_stopped_as_soon_as_the_node_is_struck_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert left(monkeypatch, tmp_path, OLDER, AT_WORK, STRUCK_OFF, "more") == (True, 1)


def test_what_the_log_says_of_starts_before_is_nothing_new(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "kafka.log").write_text(f"{AT_WORK}\n{STRUCK_OFF}\n")
    assert left(monkeypatch, tmp_path, "still starting", AT_WORK, STRUCK_OFF, "more", "more") == (True, 2)


def test_a_node_that_was_struck_off_before_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(old_session, "_QUIET_S", 0.01)
    assert left(monkeypatch, tmp_path, OLDER, AT_WORK, *["nothing"] * 10) < (False, 10)


def test_one_that_dies_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert left(monkeypatch, tmp_path, "port in use") == (False, 0)
