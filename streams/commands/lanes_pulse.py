"""What running workers told of a lane: calls in the air, the breaker, limits; with how long ago that was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.times import SECOND
from streams.lanes.pulse import EVERY_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemas.pulse import Pulse

STALE_S = 4 * EVERY_S
"""A busy partition that has told nothing for so long is worked by nobody, or can't commit."""
_GRAVITY = ("closed", "half_open", "open")
UNKNOWN = "unknown"


def told(pulses: Iterable[Pulse], now: int) -> dict[str, Any]:
    """A lane's part of `lanes list --json`; None where nobody has told it. now: µs.

    Calls and breaker of a partition that should tell more, and doesn't, are not known.
    """
    pulses = list(pulses)
    silent = any(_is_busy(pulse) and now - pulse.at > STALE_S * SECOND for pulse in pulses)
    worst = max(pulses, key=lambda pulse: _GRAVITY.index(pulse.breaker), default=None)
    limited = [pulse for pulse in pulses if pulse.limit_percent is not None]
    most = max(limited, key=lambda pulse: pulse.limit_percent or 0, default=None)
    return {
        "in_flight": None if silent or not pulses else sum(pulse.calls for pulse in pulses),
        "breaker": UNKNOWN if silent else worst and worst.breaker,
        "breaker_cause": None if silent else worst and worst.cause,
        "limit": most and most.limit,
        "limit_percent": most and most.limit_percent,
        "told_s_ago": round(max(0, now - max(pulse.at for pulse in pulses)) / SECOND, 1) if pulses else None,
    }


def calls_text(lane: Mapping[str, Any]) -> str:
    """Calls in the air; `?` where nobody knows, `-` where no worker is."""
    if lane["in_flight"] is not None:
        return str(lane["in_flight"])
    return "?" if lane["breaker"] else "-"


def breaker_text(lane: Mapping[str, Any]) -> str:
    """The breaker in a word or two; `-` where no worker is."""
    cause = f" ({lane['breaker_cause']})" if lane["breaker_cause"] else ""
    return f"{lane['breaker']}{cause}".replace("_", "-") if lane["breaker"] else "-"


def limit_text(lane: Mapping[str, Any]) -> str:
    """Of the limit that is used most: `62 % of 500 in 5 min`."""
    return f"{lane['limit_percent']} % of {lane['limit'].partition(',')[0]}" if lane["limit"] else "-"


def _is_busy(pulse: Pulse) -> bool:
    return pulse.calls > 0 or pulse.breaker != "closed"
