"""All that a rule may look at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from checker.audit import put_together
from checker.ledger import calls_of
from checker.oracle import foresee

if TYPE_CHECKING:
    from checker.audit import Audit
    from checker.delivery import Delivery
    from checker.desk import Due, Key
    from checker.ledger import Call
    from checker.oracle import Oracle
    from checker.rundir import Run


class Instruction(NamedTuple):
    """Something due, and its delivery."""

    key: Key
    due: Due
    delivery: Delivery


@dataclass(frozen=True)
class Case:
    run: Run

    @cached_property
    def oracle(self) -> Oracle:
        return foresee(self.run)

    @cached_property
    def audit(self) -> Audit:
        return put_together(self.run.each("audit.jsonl"), self.run.connections)

    @cached_property
    def told(self) -> dict[tuple[str, str], list[Instruction]]:
        """(subject_id, connection) → what was due and is planned, in the order of the plan."""
        found = defaultdict(list)
        for key, due in self.oracle.dues.items():
            if due.subject_id not in self.unplanned(key.lane):
                found[due.subject_id, key.lane].append(Instruction(key, due, self.audit.deliveries[key]))
        return found

    def unplanned(self, lane: str) -> set[str]:
        """Subjects for whom something is missing in the plan of that lane: nothing more can be said about them."""
        return self._unplanned[lane]

    @cached_property
    def _unplanned(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for key, due in self.oracle.dues.items():
            if key not in self.audit.deliveries:
                found[key.lane].add(due.subject_id)
        return found

    def calls(self, lane: str) -> dict[str, list[Call]]:
        """What the connection has accepted, by subject_id."""
        if lane not in self._calls:
            self._calls[lane] = calls_of(self.run.ledger(lane), self.run.connections[lane].adapter, self._names)
        return self._calls[lane]

    @cached_property
    def _calls(self) -> dict[str, dict[str, list[Call]]]:
        return {}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Identity → subject_id, of those whom no vendor knew before."""
        events = [entry.event for entry in self.run.log if entry.event]
        strangers = [event for event in events if event["subject_id"] not in self.run.people]
        return {one["value"].strip().casefold(): e["subject_id"] for e in strangers for one in e["identities"]}
