"""What an adapter says when the vendor has taken an instruction and is to be asked about it later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from schemas.errors import VendorError

Asks = Literal["job", "person"]
"""What a question is about: a job that the vendor runs, or whether it still has a person."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Later:
    """The vendor runs a job; how it stands can be asked.

    job_id: the vendor's name for it, no identity; people of one job are asked about together. refs: what the question
    needs, kept sealed. wait_s: when to ask next, in s, if the vendor says so; None: by the schedule.
    """

    job_id: str
    refs: tuple[str, ...] = field(repr=False)
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """The vendor was asked, and it isn't done: the job has failed for this person, or the vendor still has them."""

    error: VendorError


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to ask: first after `first_s`, then `factor` times as late each time, at most `ceiling_s`.

    limit_s: by then it should be done; counted from the moment at which the vendor took it.
    """

    first_s: float
    factor: float = 2.0
    ceiling_s: float = 3600.0
    limit_s: float = 7 * DAY_S

    def wait_s(self, asked: int) -> float:
        """From the answer number `asked` (0: from the beginning) to the next question, s."""
        return min(self.ceiling_s, self.first_s * self.factor ** min(asked, 64))


def read_back_after(delay_s: float) -> Schedule:
    """One question after the delay; where the vendor can't be asked then, for a week more."""
    return Schedule(delay_s, 1.0, delay_s, delay_s + 7 * DAY_S)
