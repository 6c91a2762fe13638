"""Requests to vendors, timed where they are made."""

from __future__ import annotations

import time
from collections import Counter
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


def watched_by(metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> Watched:
    """What the engine wraps every connection's transport in. clock: s."""
    in_flight: Counter[str] = Counter()  # by lane; counted here and asked for at a scrape

    def watched(transport: Transport, lane: str, call: str) -> Transport:
        metrics[d.IN_FLIGHT].labels(lane).set_function(lambda: in_flight[lane])
        timed = cache(partial(metrics[d.CALL_SECONDS].labels, lane, call))  # finding it takes longer than counting
        if call == "api":
            timed("2xx")

        async def send(request: Request) -> Reply:
            began, result = clock(), "broken_off"
            in_flight[lane] += 1
            try:
                reply = await transport(request)
                result = status_word(reply.status)
            except VendorError as error:
                result = _no_answer(error)
                raise
            else:
                return reply
            finally:
                in_flight[lane] -= 1
                timed(result).observe(clock() - began)

        return send

    return watched


def _no_answer(error: VendorError) -> str:
    if isinstance(error, VendorUnreachable):
        return "unreachable"
    return error.reason if error.reason in _WORDS else "no_answer"


def status_word(status: int) -> str:
    """A status's class, of which there are few; those that say what to do stand for themselves."""
    if status in _APART:
        return str(status)
    family = status // 100
    return f"{family}xx" if family in range(1, 6) else "no_answer"
