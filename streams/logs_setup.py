"""Logs: JSON lines on stderr, of allow-listed facts; libraries speak only when something is wrong."""

from __future__ import annotations

import io
import logging
import logging.config
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET_S = 10.0
_MOST_TEXTS = 500


class Repeats(logging.Filter):
    """Lets the same text (whatever it is filled with) through once in 10 s, and says how often it was kept back.

    With its broker away, the Kafka client repeats itself a thousand times a second. `clock`: s.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], float] = {}
        self._kept: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        text, now = (record.name, str(record.msg)), self._clock()
        if now - self._said.get(text, float("-inf")) < QUIET_S:
            self._kept[text] = self._kept.get(text, 0) + 1
            return False
        if len(self._said) >= _MOST_TEXTS:
            self._said.clear()
            self._kept.clear()
        self._said[text] = now
        if kept := self._kept.pop(text, 0):
            record.msg, record.args = f"{record.getMessage()} (and {kept} times since it was said last)", None
        return True


class Lines(io.TextIOBase):
    """Standard error, where a line that can't be written is lost and stops nobody: its disk may be full."""

    def write(self, text: str) -> int:
        # Looked up at each line: whoever calls us inside its own process may change it, as tests do.
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def library_logging(level: str) -> dict[str, Any]:
    """Configuration of the standard library's logging, for what Kafka client and Faust have to say."""
    quiet = max(logging.getLevelNamesMapping()[level.upper()], logging.WARNING)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
        "filters": {"repeats": {"()": Repeats}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["repeats"]}},
        "root": {"level": quiet, "handlers": ["stderr"]},
    }


def set_up_logging(level: str) -> None:
    """For a worker: ours and the libraries', before anything is logged."""
    logging.config.dictConfig(library_logging(level))
    set_up_our_logging(level)


def set_up_our_logging(level: str) -> None:
    """For any command: standard output stays what was asked for."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # Locals of a failed frame may be a person's identities: they stay out.
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(cast("TextIO", Lines())),
    )
