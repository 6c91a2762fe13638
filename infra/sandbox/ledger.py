"""What the vendors really did, in the order in which they did it: the oracle of the fault tests."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from infra.sandbox.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted call, written when its change was applied and before its answer was sent.

    `at` is in microseconds since 1970. `people` holds the persons' keys, `given` what the call named them by: the
    ledger is the sandbox's own, identities may stand in it. `changed` is False for a repeat that found everything
    as it wanted it. `effect` is withdraw, grant, delete, purge, erase, mask, deactivate or workflow.
    """

    seq: int
    at: int
    vendor: str
    verb: str
    effect: str
    people: tuple[str, ...]
    given: tuple[str, ...]
    changed: bool
    request: str
    detail: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """Appends JSON lines to `path` (or keeps them in memory alone), each flushed so that a test can read along."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.entries: list[Entry] = []
        self._clock = clock
        self._lines = Lines(path)

    def append(
        self,
        vendor: str,
        verb: str,
        effect: str,
        *,
        people: Sequence[str],
        given: Sequence[str],
        changed: bool,
        request: str,
        detail: Mapping[str, Any],
    ) -> None:
        at = int(self._clock() * 1_000_000)
        seq, people, given = self._lines.count + 1, tuple(people), tuple(given)
        entry = Entry(seq, at, vendor, verb, effect, people, given, changed, request, detail)
        self.entries.append(entry)
        self._lines.write(asdict(entry))

    def close(self) -> None:
        self._lines.close()
