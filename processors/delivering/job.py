"""One delivery in hand, the moments that a lane knows, and one call with what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from schemas.codec import encode
from schemas.times import SECOND

if TYPE_CHECKING:
    from processors.vendors.base import Result
    from processors.vendors.later import Asks
    from schemas.contract import Sealed
    from schemas.records import Action, Cell, Delivery, LaneEntry

Hold = Literal["held", "waiting", "dry_run"]
HOLDS: tuple[Hold, ...] = get_args(Hold)
"""Why the lane state keeps a delivery without trying it: too many deletions at once, a cancel window, a dry run."""
KEPT = ("parked", *HOLDS)
"""What the lane state keeps and the lane will carry out in the end; their records are settled."""
FOLLOWS: dict[str, Asks] = {"accepted": "job", "verifying": "person"}
"""Status in the lane state → what the vendor is asked."""
RETAINED: Literal["retained"] = "retained"
"""Status of what the vendor has to keep until `next_at`."""
SETTLED = (*KEPT, *FOLLOWS, RETAINED)
LONGEST_WAIT_S = 86_400.0
REDRIVEN = "redriven"
"""Why a delivery stands in the lane state that failed and is to be sent once more."""


class Now(NamedTuple):
    """wall: µs since 1970, for what is written down; steady: s that never go back, for what is waited for."""

    wall: int
    steady: float

    def until(self, at: int) -> float:
        """The steady moment that is so far away as the wall's moment `at`; a day at most: the clock may be wrong."""
        return self.steady + min(max((at - self.wall) / SECOND, 0.0), LONGEST_WAIT_S)

    def planned(self, at: int, since: int) -> int:
        """The wall's moment `at`, µs, drawn when a clock said `since`: how far that was ahead doesn't count."""
        return at - max(since - self.wall, 0)


@dataclass(slots=True, eq=False)
class Job:
    """`value`: the record's bytes, for the dead letters; None: it was read back from the lane state.

    attempt: tries so far, in earlier lives too; waited_s: between the quick ones; parked: it has an entry of its own
    in the lane state, and its record is settled; hold: why that keeps it; next_at: µs; until: not tried before that,
    steady s; told: what the audit knows to be overtaken in it. most: people in one call with it, after a call of more
    went wrong. follows: what the vendor is to be asked about it, if it has taken it; job_id, asked, limit_at (µs) and
    reopened: as the lane state has them; missed: questions in a row that weren't answered.
    """

    offset: int
    delivery: Delivery
    value: bytes | None
    attempt: int = 0
    waited_s: float = 0.0
    parked: bool = False
    hold: Hold | None = None
    next_at: int | None = None
    until: float | None = None
    reason: str | None = None
    refs: Sealed | None = None
    told: tuple[Cell, ...] = ()
    most: int | None = None
    follows: Asks | None = None
    job_id: str | None = None
    asked: int = 0
    limit_at: int | None = None
    reopened: int = 0
    missed: int = 0

    def __post_init__(self) -> None:
        self.told = self.delivery.overtaken

    @classmethod
    def parked_as(cls, entry: LaneEntry) -> Job:
        """The job that an entry of the lane state keeps."""
        return cls(
            offset=-1 if entry.offset is None else entry.offset,
            delivery=entry.delivery,
            value=None,
            attempt=entry.attempt,
            parked=True,
            hold=next((hold for hold in HOLDS if hold == entry.status), None),
            next_at=entry.next_at,
            reason=entry.reason,
            refs=entry.refs,
            most=1 if entry.attempt else None,
            follows=FOLLOWS.get(entry.status),
            job_id=entry.job_id,
            asked=entry.asked,
            limit_at=entry.until,
            reopened=entry.reopened,
        )

    @classmethod
    def again(cls, entry: LaneEntry, wall: int) -> Job:
        """The same delivery in a new cycle, due now, with what is known of the vendor's record. wall: µs."""
        return cls.parked_as(entry).anew(REDRIVEN, wall)

    def anew(self, reason: str, wall: int, reopened: int = 0) -> Job:
        """As it begins its next cycle. wall: µs."""
        delivery = self.delivery.changed(cycle=self.delivery.cycle + 1)
        job = Job(self.offset, delivery, None, parked=True, reason=reason, refs=self.refs, reopened=reopened)
        job.next_at, job.told = wall, ()
        return job

    def stays(self, result: Result) -> Literal["manual_task", "retained"] | None:
        """As what it is kept in the lane state once it is closed; None: it leaves."""
        self.reason = result.reason
        if result.outcome == "manual_task":
            return "manual_task"
        if result.outcome != RETAINED or result.review_at is None:
            return None
        self.next_at = result.review_at
        return RETAINED

    @property
    def status(self) -> Literal["parked"] | Hold:
        """What its entry in the lane state says."""
        return self.hold or "parked"

    @property
    def on_hold(self) -> bool:
        """Nobody may try it now; a cancel window is over as soon as it waits for no moment any more."""
        return self.hold is not None and not (self.hold == "waiting" and self.until is None)

    @property
    def pid(self) -> str:
        return self.delivery.pid

    @property
    def action(self) -> Action:
        return self.delivery.action

    @property
    def record(self) -> bytes:
        """The delivery's record, byte for byte unless newer instructions took something out while it was parked."""
        return encode(self.delivery) if self.value is None else self.value


@dataclass(slots=True, eq=False)
class Call:
    """One call to the vendor: jobs of one action and of different people. `probe`: it finds out how the vendor is.

    asks: it carries nothing out, but asks what became of them.
    """

    jobs: tuple[Job, ...]
    probe: bool = False
    asks: Asks | None = None

    @property
    def who(self) -> str:
        """Names the call in the breaker's count: a group that is tried again counts once."""
        return self.jobs[0].pid
