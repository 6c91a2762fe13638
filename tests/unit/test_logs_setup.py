"""What libraries say reaches the log, and not a thousand times."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from streams.logs_setup import QUIET_S, Lines, Repeats


class Log:
    def __init__(self) -> None:
        self.now = 0.0
        self._out = io.StringIO()
        handler = logging.StreamHandler(self._out)
        handler.addFilter(Repeats(lambda: self.now))
        self.logger = logging.Logger("client")  # noqa: LOG001 - apart from those that pytest listens to
        self.logger.addHandler(handler)

    @property
    def lines(self) -> list[str]:
        return self._out.getvalue().splitlines()


@pytest.fixture
def log() -> Log:
    return Log()


def test_the_same_text_comes_once_and_later_with_the_number_of_times(log: Log) -> None:
    for number in range(1000):
        log.logger.error("no connection to %s", number)
    log.now = QUIET_S
    log.logger.error("no connection to %s", 1)
    log.now = 3 * QUIET_S
    log.logger.error("no connection to %s", 2)
    again = "no connection to 1 (and 999 times since it was said last)"
    assert log.lines == ["no connection to 0", again, "no connection to 2"]


def test_another_text_is_not_kept_back(log: Log) -> None:
    log.logger.error("no connection to %s", 1)
    log.logger.error("no answer from %s", 1)
    assert log.lines == ["no connection to 1", "no answer from 1"]


def test_texts_without_end_take_no_memory_without_end() -> None:
    repeats = Repeats(lambda: 0.0)
    for number in range(2000):
        assert repeats.filter(logging.LogRecord("client", logging.ERROR, "", 0, f"text {number}", None, None))
    assert len(repeats._said) < 1000


def test_a_line_for_which_there_is_no_room_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w", buffering=1, encoding="utf-8")  # noqa: SIM115 - it can't be closed in peace
    monkeypatch.setattr(sys, "stderr", full)
    with pytest.raises(OSError, match="No space left"):
        print("a line", file=sys.stderr)  # noqa: T201 - so it is for whoever takes no care
    for _ in range(3):
        print("a line", file=Lines(), flush=True)
    with suppress(OSError):
        full.close()
