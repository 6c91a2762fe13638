"""The date of a deadline as people say it: where it is counted, not in UTC."""

from __future__ import annotations

from processors.reckoning.counting import end_of, local_day
from schemas.deadlines import law


def due_day(rule: str | None, due_at: int) -> str:
    """The date, as in 2026-07-08, on which a deadline of this rule ends, due_at in µs; in UTC for a rule that's none.

    Of a law's places it is the one where a day ends then.
    """
    return day_beside(rule, due_at, due_at)


def day_beside(rule: str | None, due_at: int, at: int) -> str:
    """The date of another moment beside such a deadline, so that both are counted in one place. at: µs."""
    return str(local_day(at, _zone(rule, due_at)))


def _zone(rule: str | None, due_at: int) -> str:
    row = law().by_rule.get(rule or "")
    zones = [place.zone for place in law().regime(row.regime).places] if row else ["UTC"]
    return next((zone for zone in zones if end_of(local_day(due_at, zone), zone) == due_at), zones[0])


def mark_of(rule: str | None) -> str | None:
    """How sure a rule is: `verified`, `secondary`, `unverified`, `internal` (our own target). None: it's no rule."""
    row = law().by_rule.get(rule or "")
    if row is None:
        return None
    return "internal" if row.unit == "none" else row.mark
