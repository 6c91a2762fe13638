"""When the outcome of a call may have been lost: while something was broken, and for a while after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

SECOND = 1_000_000
AFTERMATH = 20 * SECOND
"""A session that runs out, the rebalance after it, a transaction that began meanwhile and takes its time to fail."""
COMMIT = 20 * SECOND
"""So long after its call an outcome may still not be committed."""

CLOCKS = SECOND // 5
"""How far apart the moments of one machine's processes may be noted."""
IN_AIR = SECOND
"""So long after a death a vendor that is well may still carry out what was in the air; nobody else calls by then."""
LATE = 10 * SECOND
"""So much later a slow vendor may carry out what nobody waits for any more."""
PILED_UP = 4 * SECOND
"""So long after a standstill vendors may be at what piled up: two turns of theirs, just too short to be noted."""
_STILL = "standstill"
_TOO_FAST = "429"
_AT_ONCE = {"status", "lie", "reset", _TOO_FAST}
"""Faults of a connection that delay nothing."""


@dataclass(frozen=True, slots=True)
class Outages:
    """From when to when, µs. clocks_jump: no moment of a worker's can be compared with a vendor's.

    late: so long after an ending its call may still be carried out, µs. asked: when the vendor asked to wait: what
    was broken off by that begins anew, and no try is counted. still: when no vendor did anything; afterwards they
    carry out what nobody waits for any more. strict: the vendors are well and one worker works at a time, so that a
    try that failed is no excuse: only a death between two calls is.
    """

    spans: tuple[tuple[int, int], ...]
    clocks_jump: bool
    late: int
    asked: tuple[tuple[int, int], ...]
    still: tuple[tuple[int, int], ...]
    strict: bool = False

    @classmethod
    def of(
        cls, faults: Sequence[dict[str, Any]], connection: str, all_of_them: Collection[str], *, strict: bool = False
    ) -> Outages:
        """Faults of workers and broker. A connection's own lose nothing: the relay counts each try that failed."""
        lost = [fault for fault in faults if fault["whom"] not in all_of_them]
        after = IN_AIR if strict else AFTERMATH
        spans = tuple((fault["at"], fault["until"] + after) for fault in lost)
        slow = any(fault["whom"] == connection and fault["what"] not in _AT_ONCE for fault in faults)
        jumps = any(fault["what"].startswith("clock") for fault in lost)
        asked = [fault for fault in faults if (fault["whom"], fault["what"]) == (connection, _TOO_FAST)]
        waits = tuple((fault["at"], fault["until"]) for fault in asked)
        still = _joined((fault["at"], fault["until"]) for fault in lost if fault["what"] == _STILL)
        return cls(spans, jumps, LATE if slow else CLOCKS, waits, still, strict)

    def is_between(self, planned: int, called: int, settled: int | None) -> bool:
        """Whether a call came after its planning and before its end; where clocks jump nobody can tell."""
        if self.clocks_jump:
            return True
        if called < planned - CLOCKS:
            return False
        return settled is None or called <= settled + self.late or self._was_held_up(settled, called)

    def _was_held_up(self, settled: int, called: int) -> bool:
        """Whether all vendors stood still from before the end until just before the call."""
        return any(began <= settled and called <= ended + PILED_UP for began, ended in self.still)

    def excuse(self, called: int, again: int) -> bool:
        """Whether the first of two calls may have been lost, or broken off as the vendor asked to wait."""
        made_wait = any(began <= again and called <= ended for began, ended in self.asked)
        return made_wait or self.may_lose(called, again)

    def may_lose(self, called: int, again: int | None = None) -> bool:
        """Whether what is known of a call can have been lost; again: when it was called once more, if it was."""
        latest = called + COMMIT if again is None else min(again, called + COMMIT)
        return any(began <= latest and called <= ended for began, ended in self.spans)

    def loss(self, called: int) -> int | None:
        """When the first thing began that can have lost what is known of a call, µs; None: nothing has."""
        return min((began for began, ended in self.spans if called <= ended), default=None)


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """As one what is less than `PILED_UP` apart."""
    joined: list[tuple[int, int]] = []
    for began, ended in sorted(spans):
        if joined and began <= joined[-1][1] + PILED_UP:
            joined[-1] = joined[-1][0], max(joined[-1][1], ended)
        else:
            joined.append((began, ended))
    return tuple(joined)
