"""One thing that is done to a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """lead_s: from the act before until it strikes; away_s: until it is undone."""

    what: str
    whom: str
    lead_s: float
    away_s: float

    def __str__(self) -> str:
        return f"{self.what} {self.whom}, after {self.lead_s:.1f} s, for {self.away_s:.1f} s"
