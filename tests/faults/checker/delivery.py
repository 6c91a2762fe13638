"""One planned delivery and all that the audit tells of it, in the order of its log."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.adapters import ADAPTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.desk import Key
    from checker.life import Cell

RUNGS = ("accepted", "executed", "verified")
TASK, SUPERSEDED, PARKED, FAILED = "manual_task", "superseded", "parked", "failed"
_FINAL = {
    "no_match", "retained", "client_signal", "config_evidence", "terminated_product", "delegated_to",
    "not_applicable", SUPERSEDED, "cancelled", FAILED, "done",
}  # fmt: skip


class Told(NamedTuple):
    """What one record of the audit says of a delivery. at: when it was written, µs; left: where it was shrunk.

    where: partition and offset of the audit.
    """

    kind: str
    outcome: str | None
    cycle: int
    tries: int
    at: int
    left: frozenset[Cell] | None
    where: tuple[int, int]

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Told:
        """Out of a line of audit.jsonl."""
        record = line["record"]
        left = cells_of(record["legs"][0]) if record["kind"] == "overtaken" else None
        numbers = record["cycle"] or 0, record["attempt"] or 0
        at, where = line["timestamp"] * 1000, (line["partition"], line["offset"])
        return cls(record["kind"], record["outcome"], *numbers, at, left, where)


@dataclass
class Delivery:
    """scope: as planned; planned_at: when first, µs; told: all about it, in order; planned: how often it was.

    begins: its first cycle; not 0 if a hold had kept it back.
    """

    id: str
    key: Key
    pid: str | None
    adapter: str
    scope: frozenset[Cell]
    everything: bool
    planned_at: int
    told: list[Told] = field(default_factory=list)
    planned: int = 1
    begins: int = 0

    @cached_property
    def cycle(self) -> int:
        """The newest; only that one counts."""
        return max((one.cycle for one in self.told), default=0)

    @cached_property
    def tries(self) -> int:
        return max((one.tries for one in self.told), default=0)

    @cached_property
    def outcome(self) -> str | None:
        """How it stands: its final outcome, else the last word; None: nothing was told yet."""
        told = self.finals(self.cycle) or self._outcomes(self.cycle)[-1:]
        return told[0].outcome if told else None

    @cached_property
    def made(self) -> str | None:
        """What the lane made of it, whatever became of a task since: the vendor's part was done then."""
        return self.closing.outcome if self.closing else self.outcome

    @cached_property
    def left(self) -> frozenset[Cell]:
        """What newer instructions had left of it when the lane was done with it."""
        left = self.scope
        for one in self.told:
            left = left if one.left is None else one.left
            if one is self.closing:
                break
        return frozenset() if self.made == SUPERSEDED else left

    @property
    def settled_at(self) -> int | None:
        """When that was written down, µs."""
        return self.closing.at if self.closing else None

    def finals(self, cycle: int) -> list[Told]:
        return [one for one in self._outcomes(cycle) if self._is_final(one)]

    def tasks(self, cycle: int) -> list[Told]:
        return [one for one in self._outcomes(cycle) if one.outcome == TASK]

    @cached_property
    def closing(self) -> Told | None:
        """The word with which the lane was done with it."""
        told = self._outcomes(self.cycle)
        return next((one for one in told if self._is_final(one) or one.outcome == TASK), None)

    def _outcomes(self, cycle: int) -> list[Told]:
        return [one for one in self.told if one.kind == "outcome" and one.cycle == cycle]

    def _is_final(self, one: Told) -> bool:
        if one.outcome not in RUNGS:
            return one.outcome in _FINAL
        return RUNGS.index(one.outcome) >= RUNGS.index(ADAPTERS[self.adapter].closing[self.key.action])


def cells_of(leg: Mapping[str, Any]) -> frozenset[Cell]:
    """Purposes × channels without what was overtaken."""
    gone = {(cell["purpose"], cell["channel"]) for cell in leg["overtaken"]}
    return frozenset((p, c) for p in leg["purposes"] for c in leg["channels"]) - gone
