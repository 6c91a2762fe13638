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
            step = safely(_next, began, answer, answer=answer)
            if isinstance(step, Ended):
                return step.value
            try:
                answer = await perform(step)
            except VendorError as error:
                answer = error
    finally:
        began.close()


def _next(script: Generator[Step, Any, Any], answer: Any) -> Step | Ended:
    try:
        return script.throw(answer) if isinstance(answer, VendorError) else script.send(answer)
    except StopIteration as done:
        return Ended(done.value)


def safely(act: Callable[..., Any], *args: Any, answer: Any = None) -> Any:
    """What the adapter's act gives, or Ended with the error. `answer`: what it had to read."""
    try:
        return act(*args)
    except VendorError as error:
        return Ended(bare(error))
    except Exception as bug:  # noqa: BLE001 - one person's odd answer must not stop the lane
        place = traceback.extract_tb(bug.__traceback__)[-1]
        log.error("adapter error: %s at %s:%s", type(bug).__name__, PurePath(place.filename).name, place.lineno)  # noqa: TRY400 - a traceback's text may name the person
        return Ended(_odd(answer))


def _odd(answer: Any) -> VendorError:
    replies = [one for one in (answer if isinstance(answer, tuple) else (answer,)) if isinstance(one, Reply)]
    if not replies:
        return VendorRefused("adapter_error")
    return VendorUnavailable(NOT_UNDERSTOOD, status=replies[-1].status, response_sha256=replies[-1].sha256)


def bare(error: VendorError) -> VendorError:
    """The error alone, without what it was raised from: those texts may hold a URL or a piece of an answer."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
