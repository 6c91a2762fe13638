"""Drives one script of an adapter: a step is performed, what it gives is the script's next input."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from processors.vendors.base import Step
from schemas.errors import VendorError, VendorRefused

Perform = Callable[[Step], Awaitable[Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ended:
    value: Any


async def drive(start: Callable[[], Generator[Step, Any, Any]], perform: Perform) -> Any:
    """What the script returned, or the VendorError that it ended with.

    An error that is the script's own fault, or an answer of a shape that it doesn't know, is VendorRefused with
    `adapter_error`: its text may hold anything of the answer, so only its kind and place go on, into the log.

    Raises:
        Exception: whatever `perform` raises that is no VendorError.

    """
    began = _safely(start)
    if isinstance(began, _Ended):
        return began.value
    answer: Any = None
    try:
        while True:
            step = _safely(_next, began, answer)
            if isinstance(step, _Ended):
                return step.value
            try:
                answer = await perform(step)
            except VendorError as error:
                answer = error
    finally:
        began.close()


def _next(script: Generator[Step, Any, Any], answer: Any) -> Step | _Ended:
    try:
        return script.throw(answer) if isinstance(answer, VendorError) else script.send(answer)
    except StopIteration as done:
        return _Ended(done.value)


def _safely(act: Callable[..., Any], *args: Any) -> Any:
    try:
        return act(*args)
    except VendorError as error:
        return _Ended(bare(error))
    except Exception as bug:  # noqa: BLE001 - one person's odd answer must not stop the lane
        place = traceback.extract_tb(bug.__traceback__)[-1]
        log.error("adapter error: %s at %s:%s", type(bug).__name__, PurePath(place.filename).name, place.lineno)  # noqa: TRY400 - a traceback's text may name the person
        return _Ended(VendorRefused("adapter_error"))


def bare(error: VendorError) -> VendorError:
    """The error alone, without what it was raised from: those texts may hold a URL or a piece of an answer."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
