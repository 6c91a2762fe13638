"""When the outcome of a call may have been lost: while something was broken, and for a while after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SECOND = 1_000_000
AFTERMATH = 20 * SECOND
"""A session that runs out, the rebalance after it, a transaction that began meanwhile and takes its time to fail."""
COMMIT = 20 * SECOND
"""So long after its call an outcome may still not be committed."""

CLOCKS = SECOND // 5
"""How far apart the moments of one machine's processes may be noted."""


@dataclass(frozen=True, slots=True)
class Outages:
    """From when to when, µs, of whatever concerns one connection."""

    spans: tuple[tuple[int, int], ...]
    clocks_jump: bool = False

    @classmethod
    def of(cls, faults: Iterable[dict[str, Any]], connection: str, others: Iterable[str]) -> Outages:
        """Faults of workers and broker concern everybody, those of another connection nobody else."""
        mine = [fault for fault in faults if fault["whom"] == connection or fault["whom"] not in others]
        jumps = any(fault["what"].startswith("clock") for fault in mine)
        return cls(tuple((fault["at"], fault["until"] + AFTERMATH) for fault in mine), jumps)

    def is_between(self, planned: int, called: int, settled: int | None) -> bool:
        """Whether a call came after its planning and before its end; where clocks jump nobody can tell."""
        if self.clocks_jump:
            return True
        return planned - CLOCKS <= called and (settled is None or called <= settled + CLOCKS)

    def may_lose(self, called: int, again: int | None = None) -> bool:
        """Whether the outcome of a call can have been lost; again: when it was called once more, if it was."""
        latest = called + COMMIT if again is None else min(again, called + COMMIT)
        return any(began <= latest and called <= ended for began, ended in self.spans)
