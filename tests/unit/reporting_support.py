"""Facts of one person in a few words, and reports of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closing_support import NOW

from processors.reporting.fact import Fact
from processors.reporting.report import report_of
from schemas.policy import load_policy
from schemas.times import DAY

if TYPE_CHECKING:
    from processors.reporting.model import LegReport, Report
    from schemas.records import AuditRecord

POLICY = load_policy("oomnis")
LATER = NOW + 20 * DAY


def facts(*records: AuditRecord) -> list[Fact]:
    return [Fact(1, 10 + number, record, bytes([number]) * 32) for number, record in enumerate(records)]


def report(*records: AuditRecord, now: int = LATER) -> Report:
    return report_of(facts(*records), now)


def only_leg(told: Report) -> LegReport:
    (leg,) = told.matters[0].legs
    return leg
