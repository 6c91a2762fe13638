"""What a running worker tells of a lane partition: kept in the lane state under `!pulse`."""

from __future__ import annotations

from typing import Literal

from schemas.kept import Kept
from schemas.times import Micros


class Pulse(Kept, frozen=True, kw_only=True):
    """As it was at a moment. calls: in the air; `breaker`: of the lane in that worker, and the `cause` if it is open.

    limit: of the vendor's limits the one that is used most, in words; limit_percent: of the worker's part of it.
    """

    calls: int
    breaker: Literal["closed", "open", "half_open"]
    cause: str | None = None
    limit: str | None = None
    limit_percent: int | None = None
    at: Micros
