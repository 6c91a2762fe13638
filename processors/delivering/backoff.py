"""What to do after a failed try: a pure decision. Quick tries, then parked for minutes to hours, up to a last moment.

Full jitter, as in https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import (
    BatchRefused,
    VendorAuthRejected,
    VendorError,
    VendorUnavailable,
    VendorUnreachable,
)
from schemas.times import SECOND

if TYPE_CHECKING:
    from processors.delivering.job import Job

QUICK_CEILINGS_S = (1.0, 2.0, 4.0, 8.0)
FIRST_PARKING_S = 60.0
CEILING_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """budget_s: for all waits between quick tries; ceiling_s: no wait of a parked one is drawn above it.

    until_s: so long after its event came in a delivery is tried; None: until its legal deadline.
    """

    budget_s: float = 30.0
    ceiling_s: float = CEILING_S
    until_s: float | None = None

    def longest_s(self, attempt: int) -> float:
        """Ceiling of the wait after so many tries, s."""
        if attempt <= len(QUICK_CEILINGS_S):
            return QUICK_CEILINGS_S[attempt - 1]
        doublings = min(attempt - len(QUICK_CEILINGS_S) - 1, 32)
        return min(self.ceiling_s, FIRST_PARKING_S * 2.0**doublings)

    def last_moment(self, job: Job) -> int:
        """No try begins on purpose after this, µs."""
        delivery = job.delivery
        if self.until_s is None:
            return delivery.due_at
        return min(delivery.due_at, delivery.received_at + round(self.until_s * SECOND))


@dataclass(frozen=True, slots=True)
class Again:
    """No try was spent: again as soon as the lane lets anybody through. `hold_s`: the vendor's wish for everybody."""

    hold_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """No try was spent: once more in calls of so many people, as one of those in the call may have spoilt it."""

    most: int


@dataclass(frozen=True, slots=True)
class Retry:
    """Try this person again after so many s."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Park:
    """Not soon: the lane state keeps it until then, µs."""

    until: int
    after_s: float


@dataclass(frozen=True, slots=True)
class Fail:
    """Never, or not in time: dead letter and `failed`."""

    reason: str


Decision = Again | Part | Retry | Park | Fail


def decide(error: VendorError, job: Job, backoff: Backoff, share: float, wall: int, *, people: int = 1) -> Decision:
    """After the try that makes `job.attempt`. share: the draw, 0 to 1; wall: µs; people: in the call."""
    if is_lanes(error):
        return Again()
    if isinstance(error, BatchRefused) and people > 1:
        return Part((people + 1) // 2)
    if not isinstance(error, VendorUnavailable):
        return Fail(error.reason)
    asked_s = error.retry_after or 0.0
    if error.lane_wide and asked_s > backoff.budget_s:
        return Again(asked_s)
    after_s = share * backoff.longest_s(job.attempt) if error.retry_after is None else asked_s
    if job.attempt <= len(QUICK_CEILINGS_S) and job.waited_s + after_s <= backoff.budget_s:
        return Retry(after_s)
    last = backoff.last_moment(job)
    if wall >= last:
        return Fail(f"gave_up_after_{error.reason}")
    after_s = max(asked_s, share * backoff.longest_s(max(job.attempt, len(QUICK_CEILINGS_S) + 1)))
    until = max(wall + round(asked_s * SECOND), min(wall + round(after_s * SECOND), last))
    return Park(until, (until - wall) / SECOND)


def is_lanes(error: VendorError) -> bool:
    """Credentials, region or address: no person is to blame, and nobody's tries are spent."""
    return isinstance(error, VendorAuthRejected | VendorUnreachable)
