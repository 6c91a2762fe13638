"""What to do after a failed try: a pure decision. Parking for hours takes the place of `Fail` for transient ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import VendorAuthRejected, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from random import Random

QUICK_CEILINGS_S = (1.0, 2.0, 4.0, 8.0)
"""Full jitter below these: four retries, well inside the budget."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try this person again after so many s."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Hold:
    """The vendor asks everybody to wait: the lane waits so many s, and this person's retries aren't spent."""

    for_s: float


@dataclass(frozen=True, slots=True)
class Halt:
    """Credentials or region: no person is to blame, the lane stands still until somebody mends it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fail:
    """Never, or not in time: dead letter and `failed`."""

    reason: str


Decision = Retry | Hold | Halt | Fail


def decide(error: VendorError, retries: int, waited_s: float, budget_s: float, random: Random) -> Decision:
    """`retries`: those made so far for this person; `waited_s`: between them; `budget_s`: for all waits."""
    if isinstance(error, VendorAuthRejected):
        return Halt(error.reason)
    if not isinstance(error, VendorUnavailable):
        return Fail(error.reason)
    asked_s, left_s = error.retry_after or 0.0, budget_s - waited_s
    too_long = asked_s > max(left_s, 0.0)
    if too_long and error.lane_wide:
        return Hold(asked_s)
    if too_long or retries >= len(QUICK_CEILINGS_S) or left_s <= 0:
        return Fail(f"gave_up_after_{error.reason}")
    if error.retry_after is not None:
        return Retry(error.retry_after)
    return Retry(random.uniform(0, QUICK_CEILINGS_S[retries]))
