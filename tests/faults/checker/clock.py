"""When an event happened, as far as its clocks can be believed."""

from __future__ import annotations

from typing import Any

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_TEN_YEARS, _THIRTY_DAYS, _FIVE_MINUTES = 3653 * _DAY, 30 * _DAY, 300 * _SECOND


def believed(event: dict[str, Any], log_at: int, *, protects: bool) -> int | None:
    """µs; None if its time can't be and it doesn't protect anybody. log_at: when Kafka took it in, µs."""
    received = event["received_at"]
    if received is None or not log_at - _THIRTY_DAYS <= received <= log_at:
        received = log_at
    said = int(event["occurred_at"])
    if received - _TEN_YEARS <= said <= received + _FIVE_MINUTES:
        return min(said, int(received))
    return int(received) if protects else None
