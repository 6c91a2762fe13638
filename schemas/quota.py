"""What a lane partition has used of the vendor's limits: kept in the lane state under `!quota`."""

from __future__ import annotations

from schemas.kept import Kept
from schemas.times import Micros


class QuotaSlot(Kept, frozen=True):
    """Calls whose answers came close together."""

    first: Micros
    last: Micros
    calls: int


class QuotaUse(Kept, frozen=True):
    """Of one API; `*`: of all together.

    ahead: calls beyond the slots that are reserved, or under way. A later owner must take them as made.
    """

    api: str
    slots: tuple[QuotaSlot, ...]
    ahead: int


class QuotaWindow(Kept, frozen=True):
    """One window, by its length and what it is for.

    An API without a use has made no call in it; with `spent`, all that it may counts as made then.
    """

    window_ms: int
    apis: tuple[str, ...]
    together: bool
    spent: Micros | None
    uses: tuple[QuotaUse, ...]


class QuotaHold(Kept, frozen=True):
    """The vendor wants no call of this API until then."""

    api: str
    until: Micros


class Quota(Kept, frozen=True):
    windows: tuple[QuotaWindow, ...]
    holds: tuple[QuotaHold, ...]
    at: Micros
