"""Requests to vendors, timed where they are made."""

from __future__ import annotations

import time
from functools import cache, partial
from typing import TYPE_CHECKING

from schemas.errors import VendorError, VendorUnreachable
from streams.metrics import definitions as d

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.engine.connect import Watched
    from processors.engine.transport import Request, Transport
    from processors.vendors.base import Reply
    from streams.metrics.registry import Metrics

_APART = frozenset({401, 403, 429})
_WORDS = frozenset({"timeout", "connection_reset", "answer_too_long", "answer_is_no_http"})


def watched_by(metrics: Metrics) -> Watched:
    """What the engine wraps every connection's transport in."""
    return partial(_watched, metrics, time.monotonic)


def _watched(metrics: Metrics, clock: Callable[[], float], transport: Transport, lane: str, call: str) -> Transport:
    in_flight = metrics[d.IN_FLIGHT].labels(lane)
    timed = cache(metrics[d.CALL_SECONDS].labels)  # finding it each time takes longer than counting
    if call == "api":
        timed(lane, call, "2xx")

    async def send(request: Request) -> Reply:
        began, result = clock(), "broken_off"
        in_flight.inc()
        try:
            reply = await transport(request)
            result = status_word(reply.status)
        except VendorUnreachable:
            result = "unreachable"
            raise
        except VendorError as error:
            result = error.reason if error.reason in _WORDS else "no_answer"
            raise
        else:
            return reply
        finally:
            in_flight.dec()
            timed(lane, call, result).observe(clock() - began)

    return send


def status_word(status: int) -> str:
    """A status's class, of which there are few; those that say what to do stand for themselves."""
    if status in _APART:
        return str(status)
    family = status // 100
    return f"{family}xx" if family in range(1, 6) else "no_answer"
