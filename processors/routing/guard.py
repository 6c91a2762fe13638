"""Tells a few bad records from a flood of them. Pure.

A deploy that rejects everything would empty the topic into the dead letters, and each would have to be fetched back
by hand. So rejected records are held back until a good one follows; too many, and none of the run is let through.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Generic, TypeVar

from processors.flood import Count

if TYPE_CHECKING:
    from processors.flood import Limits
    from processors.routing.incoming import Routed

T = TypeVar("T")
MOST_HELD = 2000
MOST_HELD_BYTES = 16 * 1_048_576
"""Beyond either, what is held back is let through before the run is judged: memory stays bounded."""
REASONS_SHOWN = 3
_NO_FLOOD = frozenset({"event_id_reuse"})
"""Rejected although they were understood: neither a new deploy nor a restart would take them."""


class _Fate(Enum):
    GOOD = auto()
    BAD = auto()
    NEITHER = auto()  # judged elsewhere: says nothing about this deploy


def _fate_of(routed: Routed) -> _Fate:
    letter = routed.dead_letter
    if letter is None:
        return _Fate.NEITHER if routed.verdict == "forwarded" else _Fate.GOOD
    return _Fate.GOOD if letter.reason in _NO_FLOOD else _Fate.BAD


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    offset: int
    fate: _Fate
    why: str
    made: T
    size: int


class Guard(Generic[T]):
    """Takes what was made of each record, in order, and gives back what may be committed, in order.

    armed_from: records at lower offsets pass whatever they are. wary_to: there it halted before, having held back all
    that comes first now; if all judged ones up to there are rejected once more, it is a flood once more.
    """

    def __init__(self, limits: Limits, *, armed_from: int = 0, wary_to: int | None = None) -> None:
        self._armed_from = armed_from
        self._wary_to = wary_to
        self._count = Count(limits)
        self._held: list[_Held[T]] = []
        self._bytes = 0
        self.flood = ""
        """Why nothing may pass any more; empty as long as it may."""
        self.halted_at = 0
        """Offset of the record with which the last flood was one."""

    @property
    def first(self) -> int | None:
        """Offset of the first record that is held back: up to here, and no further, all may be committed."""
        return self._held[0].offset if self._held else None

    def take(self, offset: int, routed: Routed, made: T, size: int) -> list[T]:
        """What may be committed now that this record is judged. `size` in bytes. Not to be called in a flood."""
        letter = routed.dead_letter
        why = (f"{letter.reason} in {letter.field}" if letter.field else letter.reason) if letter else ""
        return self._take(_Held(offset, _fate_of(routed), why, made, size))

    def waves_on(self, offset: int, routed: Routed) -> bool:
        """Whether a good record comes and nothing is held back, as nearly always: `take` would give back it alone.

        Then it is judged by this; else `take` has to be asked.
        """
        if self._held or offset < self._armed_from or _fate_of(routed) is not _Fate.GOOD:
            return False
        self._judged(rejected=False)
        return True

    def release(self) -> list[T]:
        """Let through what is held back: nothing follows it for now. The run goes on being counted."""
        held, self._held, self._bytes = self._held, [], 0
        return [entry.made for entry in held]

    def resume(self, until: int) -> list[T]:
        """Let all records below offset `until` pass; what may be committed because of it.

        What is held back at or above it is judged anew: it may be a flood still, or again.
        """
        self._armed_from = max(self._armed_from, until)
        if self.first is None or self.first >= until:
            return []
        held, self._held, self._bytes, self.flood = self._held, [], 0, ""
        passed: list[T] = []
        for entry in held:
            if self.flood:
                self._held.append(entry)
            else:
                passed += self._take(entry)
        return passed

    def _take(self, entry: _Held[T]) -> list[T]:
        if entry.offset < self._armed_from:
            self._forget()
            return [entry.made]
        if entry.fate is _Fate.NEITHER and not self._held:
            return [entry.made]
        if entry.fate is _Fate.GOOD:
            self._judged(rejected=False)
            return [*self.release(), entry.made]
        self._held.append(entry)
        self._bytes += entry.size
        if entry.fate is _Fate.BAD:
            self._judged(rejected=True)
            self.halted_at = entry.offset
            self.flood = self._judge(entry.offset)
        too_much = len(self._held) > MOST_HELD or self._bytes > MOST_HELD_BYTES
        return self.release() if too_much and not self.flood else []

    def _judged(self, *, rejected: bool) -> None:
        self._wary_to = self._wary_to if rejected else None
        self._count.add(bad=rejected)

    def _forget(self) -> None:
        self._count.forget()
        self._wary_to = None

    def _judge(self, offset: int) -> str:
        if self._wary_to is not None and offset >= self._wary_to:
            seen = "the records before which the router halted are rejected again"
        else:
            seen = self._count.flood("records", "rejected")
        if not seen:
            return ""
        reasons = Counter(entry.why for entry in self._held if entry.fate is _Fate.BAD).most_common(REASONS_SHOWN)
        return f"{seen}, most of those held back as " + ", ".join(f"{why} ({count})" for why, count in reasons)
