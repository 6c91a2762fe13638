"""What a vendor's answers say against calling on: wait, so many are left, too fast. Of one API.

Too fast (429): the rate at which calls were going is halved, and rises again by the same amount per second, as TCP
does (RFC 5681, section 3.1; Chiu and Jain 1989: this converges on a fair part where several clients share a limit).
That the measured rate is lowered, not an allowed one, is from the AWS SDKs (botocore's retries/adaptive.py).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf

DOUBLES_IN_S = 10.0
LIFTED_AFTER_S = 3 * DOUBLES_IN_S
"""By then twice the rate is allowed at which the vendor had enough."""
SLOWEST_PER_S = 0.5
_MEASURED_S = 10.0
_MEASURED_CALLS = 100


@dataclass(slots=True)
class Brake:
    """`until`: no call before. All moments in s of the same clock."""

    until: float = -inf
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=_MEASURED_CALLS))
    _open: int = 0
    _left: int = 0
    _left_until: float = -inf
    _rate: float = inf
    _lowered_at: float = -inf

    def wait_s(self, now: float) -> float:
        until = self.until
        if self._left <= 0 and self._left_until > until:
            until = self._left_until
        if self._rate < inf and self._recent:
            until = max(until, self._recent[-1] + 1 / self.rate(now))
        return until - now if until > now else 0.0

    def rate(self, now: float) -> float:
        """Calls per s that are allowed by what was told before; inf: any number."""
        since = now - self._lowered_at
        return inf if since >= LIFTED_AFTER_S else self._rate * (1 + since / DOUBLES_IN_S)

    def take(self, now: float) -> None:
        self._recent.append(now)
        self._open += 1
        self._left -= 1

    def done(self) -> None:
        self._open -= 1

    def hold(self, now: float, seconds: float) -> None:
        """The vendor wants no call for so many s."""
        self.until = max(self.until, now + seconds)

    def left(self, now: float, calls: int, seconds: float) -> None:
        """Says an answer: so many calls more in the next s. Others that are under way may not be counted in it."""
        self._left, self._left_until = calls - (self._open - 1), now + seconds

    def too_fast(self, now: float, sent_at: float) -> None:
        """A call was refused. Of those that were on their way already, none says anything new."""
        if sent_at >= self._lowered_at:
            self._rate = max(SLOWEST_PER_S, min(self._measured(now), self.rate(now)) / 2)
            self._lowered_at = now

    def _measured(self, now: float) -> float:
        recent = [at for at in self._recent if at > now - _MEASURED_S]
        if not recent:
            return 0.0
        least_s = 1e-3 if len(recent) == _MEASURED_CALLS else 1.0  # a few calls at once are no rate
        return len(recent) / max(now - recent[0], least_s)
