"""Logs: JSON lines on stderr, of allow-listed facts; libraries speak only when something is wrong."""

from __future__ import annotations

import logging
import logging.config
import sys
from typing import Any

import structlog


def library_logging(level: str) -> dict[str, Any]:
    """Configuration of the standard library's logging, for what Kafka client and Faust have to say."""
    quiet = max(logging.getLevelNamesMapping()[level.upper()], logging.WARNING)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
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
        # Looked up at each line: whoever calls us inside its own process may change it, as tests do.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
