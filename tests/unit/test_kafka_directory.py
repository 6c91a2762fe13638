from __future__ import annotations

import errno
import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from infra.kafka.directory import Broker, DataDirectory, broker_at, running_at
from schemas.errors import EmbeddedKafkaError

if TYPE_CHECKING:
    from pathlib import Path

READY = Broker(4711, "127.0.0.1:21001", "4.3.0", "2026-01-01T00:00:00+00:00", ready=True)


def refusal(path: Path) -> str:
    with pytest.raises(EmbeddedKafkaError) as raised, DataDirectory(path).locked():
        pass
    return str(raised.value)


def closed(*_: object) -> int:
    """For `os.open`; nothing is closed to root, who may be the one that tests."""
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_nobody_runs_in_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    assert broker_at(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_a_broker_is_found_as_long_as_the_lock_is_held(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    with directory.locked():
        directory.write(READY)
        assert running_at(tmp_path) == "127.0.0.1:21001"
        assert broker_at(tmp_path) == READY
    assert running_at(tmp_path) is None


def test_one_that_is_still_starting_is_there_but_does_not_run(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    with directory.locked():
        directory.write(replace(READY, ready=False))
        assert broker_at(tmp_path) is not None
        assert running_at(tmp_path) is None


def test_what_a_crash_left_behind_misleads_nobody(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    directory.write(replace(READY, pid=os.getpid()))
    assert running_at(tmp_path) is None
    with directory.locked():
        pass


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    with directory.locked():
        directory.write(READY)
        text = refusal(tmp_path)
    assert "in use by process 4711 (Kafka 4.3.0, at 127.0.0.1:21001" in text
    assert "broker stop" in text


def test_the_lock_lives_as_long_as_the_process_that_inherited_it(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    with directory.locked() as lock:
        heir = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=[lock])
        directory.write(READY)
    assert running_at(tmp_path) is not None
    heir.kill()
    heir.communicate()
    assert running_at(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"of": "another release"}'])
def test_a_record_that_nobody_can_read_is_no_broker(tmp_path: Path, content: str) -> None:
    directory = DataDirectory(tmp_path)
    with directory.locked():
        (tmp_path / "kafka.json").write_text(content)
        assert broker_at(tmp_path) is None


def test_a_holder_without_a_record_is_refused_all_the_same(tmp_path: Path) -> None:
    with DataDirectory(tmp_path).locked():
        assert "in use by another process" in refusal(tmp_path)


def test_a_place_below_a_file_is_refused_by_its_name(tmp_path: Path) -> None:
    below = tmp_path / "file" / "kafka"
    below.parent.touch()
    with pytest.raises(EmbeddedKafkaError, match=rf"{below} can't be used: Not a directory\n.*owner and mode"):
        running_at(below)
    assert f"{below} can't be used: Not a directory" in refusal(below)


def test_a_place_that_we_may_not_look_into_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", closed)
    with pytest.raises(EmbeddedKafkaError, match=f"{tmp_path} can't be used: Permission denied"):
        broker_at(tmp_path)
    assert f"{tmp_path} can't be used: Permission denied" in refusal(tmp_path)
