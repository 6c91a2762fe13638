"""What vendors were asked about later: their jobs, and whether what they had done stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from processors.delivering.book import UNDER_WAY
from streams.demo.check import Mismatch
from streams.demo.sharing import MANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.records import AuditRecord
    from streams.demo.sharing import Shared


@dataclass(frozen=True, slots=True)
class Asked:
    """Deliveries that a vendor ran a job for, and those that were read back before the demo ended."""

    by_job: int
    verified: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.by_job} deliveries were jobs of the vendor's and asked about; {self.verified} were read back"


def count_asked(outcomes: Iterable[AuditRecord]) -> Asked:
    """By what the audit says."""
    by_job, verified = set(), set()
    for record in outcomes:
        if record.outcome == "accepted" and record.reason == UNDER_WAY:
            by_job.add(record.delivery_id)
        elif record.outcome == "verified":
            verified.add(record.delivery_id)
    return Asked(len(by_job), len(verified))


def never_asked(asked: Asked, shared: Sequence[Shared]) -> Iterator[Mismatch]:
    """With so many deletions in shared calls some must have been a job."""
    if not asked.by_job and any(one.vendor == "zoho_crm" and one.people >= MANY for one in shared):
        yield Mismatch("zoho_crm", None, "no deletion was a job, though many were made")
