"""When a lane calls nobody: while the vendor is down, refuses us, can't be reached, or asks everybody to wait.

closed: everybody may call. open: nobody. half_open: the pause is over, and one call finds out how the vendor is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from processors.vendors.base import Result
from processors.vendors.batches import NOT_UNDERSTOOD, TOO_LONG
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorError, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable

State = Literal["closed", "open", "half_open"]
Verdict = Literal["alive", "down", "refused", "unreachable", "unknown"]
FAILURES = 5
"""So many different calls in a row must fail by the vendor's own fault: one person's trouble stops nobody else."""
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
_DOUBLINGS = 6  # by then the longest pause is reached
_DOWN = {
    "timeout", "connection_reset", "no_answer",
    TOO_LONG, "answer_is_no_http", "answer_is_no_json", NOT_UNDERSTOOD,
    "token_answer_without_token",
}  # fmt: skip
_SERVER_FAULT = 500
_ORDER: tuple[Verdict, ...] = ("refused", "unreachable", "alive", "down")


class Breaker:
    """Shared by all partitions of a lane in one process. Every `now` is in s and never goes back.

    failures: so many different calls in a row open it. cause: why it is not closed, `down`, `refused` or
    `unreachable`; reason: the last error's word.
    """

    def __init__(self, failures: int = FAILURES) -> None:
        self._failures = failures
        self.cause: Verdict | None = None
        self.reason = ""
        self._until = float("-inf")
        self._held_until = float("-inf")
        self._pauses = 0
        self._probing = False
        self._failing: set[str] = set()

    def state(self, now: float) -> State:
        if self.cause is None:
            return "closed"
        return "open" if now < self._until else "half_open"

    def allows(self, now: float) -> bool:
        """May a call begin?"""
        return now >= max(self._until, self._held_until) and not self._probing

    def begin(self) -> bool:
        """A call begins, which was allowed. True: it is the probe, and nobody else goes until it has ended."""
        self._probing = self.cause is not None
        return self._probing

    def end(self, who: str, answers: Iterable[Result | Undone | VendorError], now: float, *, probe: bool) -> None:
        """A call has ended. `who`: names it; without answers it was broken off."""
        answers = list(answers)
        said = verdict(answers)
        if probe:
            self._probing = False
        if said == "alive":
            self.cause, self._pauses, self._until = None, 0, float("-inf")
            self._probing = False
            self._failing.clear()
        elif said in {"refused", "unreachable"} or (said == "down" and self._counts(who)):
            if self.cause is None or probe:  # calls that were side by side came to the same answer
                self._open(now)
            if not (said == "down" and self.cause == "refused"):  # that it is ill doesn't mean that it takes us
                self.cause, self.reason = said, _reason(answers, said)

    def hold(self, for_s: float, now: float) -> None:
        """The vendor asks everybody to wait so many s."""
        self._held_until = max(self._held_until, now + for_s)

    def held_s(self, now: float) -> float:
        """For how long the vendor's wish still stands, s."""
        return max(0.0, self._held_until - now)

    def wakes_at(self, now: float) -> float | None:
        """When to look again; None: nothing keeps anybody back, or a probe is under way, whose end will tell."""
        until = max(self._until, self._held_until)
        return until if until > now and not self._probing else None

    def _counts(self, who: str) -> bool:
        if self.cause is None:
            self._failing.add(who)
        return self.cause is not None or len(self._failing) >= self._failures

    def _open(self, now: float) -> None:
        self._until = now + min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._pauses)
        self._pauses = min(self._pauses + 1, _DOUBLINGS)


def verdict(answers: Iterable[Result | Undone | VendorError]) -> Verdict:
    """What the answers of one call say about the vendor; `unknown` where it was not asked, or not in earnest."""
    said = [_judged(answer) for answer in answers]
    for one in _ORDER:
        if one in said:
            return one
    return "unknown"


def _judged(answer: Result | Undone | VendorError) -> Verdict:
    answer = answer.error if isinstance(answer, Undone) else answer
    if isinstance(answer, Result):
        return "alive" if answer.evidence else "unknown"
    if isinstance(answer, VendorAuthRejected):
        return "refused"
    if isinstance(answer, VendorUnreachable):
        return "unreachable"
    if isinstance(answer, VendorUnavailable) and (answer.reason in _DOWN or (answer.status or 0) >= _SERVER_FAULT):
        return "down"
    # A token's issuer is not the vendor. An odd answer about several: those who are called alone after it will tell.
    no_word_of_it = answer.status is None or answer.reason.startswith("token_") or answer.reason in _DOWN
    return "unknown" if no_word_of_it else "alive"


def _reason(answers: Iterable[Result | Undone | VendorError], said: Verdict) -> str:
    errors = (answer for answer in answers if isinstance(answer, VendorError) and _judged(answer) == said)
    return next((error.reason for error in errors), "")
