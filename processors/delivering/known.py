"""What a lane's vendor has told us itself, while something older may still be on its way to that vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.delivering.overtaking import left_of_job
from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.delivering.job import Job
    from processors.switches import Switches

CROSSED = "crossed_on_the_way"
"""Why what a vendor told us is sent to it all the same."""


def is_crossed(told: Job, older: Iterable[Job], switches: Switches) -> bool:
    """Whether it takes something out of what is on its way. Of a grant nobody knows which of them came to it first.

    And whatever protects may be there because of a grant that the vendor has carried out since.
    """
    before = (job for job in older if job.offset < told.offset)
    return any(left_of_job(job, told, switches) is not job.delivery for job in before)


def sent_all_the_same(told: Job, wall: int) -> Job:
    """It as an instruction like any other, in a new cycle. wall: µs."""
    job = told.anew(CROSSED, wall)
    job.delivery = job.delivery.changed(told=False, due_at=wall + INTERNAL_LIMIT, rule=INTERNAL_RULE)
    return job
