"""The date of a deadline as people say it: where it is counted, not in UTC."""

from __future__ import annotations

from processors.reckoning.counting import end_of, local_day
from schemas.deadlines import law


def due_day(rule: str | None, due_at: int) -> str:
    """The date, as in 2026-07-08, on which a deadline of this rule ends, due_at in µs; in UTC for a rule that's none.

    Of a law's places it is the one where a day ends then.
    """
    row = law().by_rule.get(rule or "")
    zones = [place.zone for place in law().regime(row.regime).places] if row else ["UTC"]
    days = [(zone, local_day(due_at, zone)) for zone in zones]
    return str(next((day for zone, day in days if end_of(day, zone) == due_at), days[0][1]))


def mark_of(rule: str | None) -> str | None:
    """How sure a rule is: `verified`, `secondary`, `unverified`, `internal` (our own target). None: it's no rule."""
    row = law().by_rule.get(rule or "")
    if row is None:
        return None
    return "internal" if row.unit == "none" else row.mark
