"""Drives one script of an adapter: a step is performed, what it gives is the script's next input."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from processors.vendors.base import Reply, Step
from processors.vendors.batches import NOT_UNDERSTOOD
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

Perform = Callable[[Step], Awaitable[Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """It doesn't go on: what it returned, or the VendorError that it ended with."""

    value: Any


async def drive(start: Callable[[], Generator[Step, Any, Any]], perform: Perform) -> Any:
    """What the script returned, or the VendorError that it ended with.

    An error that is the script's own fault is VendorRefused with `adapter_error`. If it comes from an answer, of a
    shape that the script doesn't know, that is the vendor's trouble and no person's: VendorUnavailable with
    `answer_not_understood`. Its text may hold anything of the answer: only its kind and place go on, into the log.

    Raises:
        Exception: whatever `perform` raises that is no VendorError.

    """
    began = safely(start)
    if isinstance(began, Ended):
        return began.value
    answer: Any = None
    try:
        while True:
            try:
                step = began.throw(answer) if isinstance(answer, VendorError) else began.send(answer)
            except StopIteration as done:
                return done.value
            except Exception as error:  # noqa: BLE001 - as in `safely`, without a call for each step
                return _error(error, answer)
            try:
                answer = await perform(step)
            except VendorError as error:
                answer = error
    finally:
        began.close()


def safely(act: Callable[..., Any], *args: Any, answer: Any = None) -> Any:
    """What the adapter's act gives, or Ended with the error. `answer`: what it had to read."""
    try:
        return act(*args)
    except Exception as error:  # noqa: BLE001 - one person's odd answer must not stop the lane
        return Ended(_error(error, answer))


def _error(error: Exception, answer: Any) -> VendorError:
    """What an adapter's act has raised."""
    if isinstance(error, VendorError):
        return bare(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("adapter error: %s at %s:%s", type(error).__name__, PurePath(place.filename).name, place.lineno)
    return _odd(answer)


def _odd(answer: Any) -> VendorError:
    replies = [one for one in (answer if isinstance(answer, tuple) else (answer,)) if isinstance(one, Reply)]
    if not replies:
        return VendorRefused("adapter_error")
    return VendorUnavailable(NOT_UNDERSTOOD, status=replies[-1].status, response_sha256=replies[-1].sha256)


def bare(error: VendorError) -> VendorError:
    """The error alone, without what it was raised from: those texts may hold a URL or a piece of an answer."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
