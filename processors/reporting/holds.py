"""Who has a legal hold in force, as the audit alone tells it.

By what the events name: a hold of everything of which each purpose was lifted by its name still counts as in force,
as only its policy knows that there are no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schemas.records import AuditRecord

PLACED, LIFTED = "hold.placed", "hold.lifted"


class _About(NamedTuple):
    """at: when it was said, µs. purposes: None: all of the domain."""

    event_id: str
    at: int
    domain: str
    purposes: frozenset[str] | None
    names: str | None


class Holds:
    """Of everybody who ever had one; told of planned events, in any order."""

    def __init__(self) -> None:
        self._placed: dict[str, list[_About]] = {}
        self._lifted: dict[str, list[_About]] = {}

    def hear(self, record: AuditRecord) -> None:
        facts = record.event
        if record.kind != "planned" or facts is None or facts.kind not in {PLACED, LIFTED}:
            return
        about = _About(
            record.event_id or "",
            facts.occurred_at,
            facts.data_domain,
            None if facts.purposes is None else frozenset(facts.purposes),
            facts.supersedes,
        )
        where = self._placed if facts.kind == PLACED else self._lifted
        where.setdefault(record.pid or "", []).append(about)

    def in_force(self) -> set[str]:
        """Their pids."""
        return {pid for pid, placed in self._placed.items() if any(self._lasts(pid, hold) for hold in placed)}

    def _lasts(self, pid: str, hold: _About) -> bool:
        """A lift names its hold, or is about all from before it that its purposes cover."""
        left = hold.purposes
        for lift in self._lifted.get(pid, ()):
            if lift.names == hold.event_id:
                return False
            if lift.names is not None or lift.at <= hold.at or lift.domain != hold.domain:
                continue
            if lift.purposes is None:
                return False
            left = left if left is None else left - lift.purposes
        return left is None or bool(left)
