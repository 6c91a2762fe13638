"""All that a rule may look at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from checker.audit import put_together
from checker.oracle import foresee

if TYPE_CHECKING:
    from checker.audit import Audit
    from checker.delivery import Delivery
    from checker.oracle import Due, Key, Oracle
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
        return put_together(self.run.lines("audit.jsonl"), self.run.connections)

    @cached_property
    def told(self) -> dict[tuple[str, str], list[Instruction]]:
        """(subject_id, connection) → what was due and is planned, in the order of the plan."""
        found = defaultdict(list)
        for key, due in self.oracle.dues.items():
            if delivery := self.audit.deliveries.get(key):
                found[due.subject_id, key.lane].append(Instruction(key, due, delivery))
        return found
