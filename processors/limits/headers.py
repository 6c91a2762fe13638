"""How many calls a vendor's answer says are left, and until when.

`RateLimit-Remaining`, `-Reset` (s from now): draft-ietf-httpapi-ratelimit-headers-06. `RateLimit: "a";r=5;t=30`: its
version 10. `X-RateLimit-*` has no standard: the reset is s from now, or a moment in s (Braze) or ms since 1970; no
window is so long that these could be mixed up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONGEST_S = 366 * 86_400
_MS_SINCE_1970 = 10**11
_STRUCTURED = "ratelimit"


@dataclass(frozen=True, slots=True)
class LimitHeader:
    """A pair of headers, in lower case. reset: when `remaining` is full again; `ms`: the window's length instead."""

    remaining: str
    reset: str
    unit: Literal["s", "ms"] = "s"


COMMON = (
    LimitHeader("ratelimit-remaining", "ratelimit-reset"),
    LimitHeader("x-ratelimit-remaining", "x-ratelimit-reset"),
    LimitHeader("x-rate-limit-remaining", "x-rate-limit-reset"),
)


@dataclass(frozen=True, slots=True)
class Left:
    """So many `calls` in the next `seconds`."""

    calls: int
    seconds: float


def left(headers: Mapping[str, str], known: Iterable[LimitHeader], now: float) -> Left | None:
    """The tightest that the answer says. `now`: s since 1970. What makes no sense is passed over."""
    there = [pair for pair in known if pair.remaining in headers]
    if not there and _STRUCTURED not in headers:  # as from nearly all vendors
        return None
    said = [*_pairs(headers, there, now), *_structured(headers.get(_STRUCTURED, ""))]
    return min(said, key=lambda one: (one.calls, -one.seconds), default=None)


def _pairs(headers: Mapping[str, str], known: Iterable[LimitHeader], now: float) -> Iterator[Left]:
    for pair in known:
        remaining, reset = _number(headers.get(pair.remaining)), _number(headers.get(pair.reset))
        if remaining is None or reset is None:
            continue
        seconds = reset / 1000 if pair.unit == "ms" else _until(reset, now)
        if 0 < seconds <= _LONGEST_S:
            yield Left(int(remaining), seconds)


def _until(reset: float, now: float) -> float:
    if reset <= _LONGEST_S:
        return reset
    return (reset / 1000 if reset >= _MS_SINCE_1970 else reset) - now


def _structured(text: str) -> Iterator[Left]:
    for item in text.split(","):
        found = dict(re.findall(r";\s*([rt])=(\d{1,12})(?=\s*(?:;|$))", item))
        if len(found) == len("rt") and 0 < int(found["t"]) <= _LONGEST_S:
            yield Left(int(found["r"]), float(found["t"]))


def _number(text: str | None) -> float | None:
    found = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*", text or "", re.ASCII)
    return float(found[1]) if found else None
