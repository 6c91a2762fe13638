"""The law as one body: all regimes and their rows, found by what is asked of them."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import model_validator

from schemas.errors import DeadlineError
from schemas.law.checks import check
from schemas.law.rows import Deadline, Period, Regime
from schemas.policy.rows import Table


class Law(Table):
    """All regimes and their rows. `sha256`: of the files' bytes, in the order of their names."""

    regimes: tuple[Regime, ...]
    deadlines: tuple[Deadline, ...]
    periods: tuple[Period, ...]
    sha256: str

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check(self)
        return self

    @cached_property
    def by_regime(self) -> dict[str, Regime]:
        return {regime.id: regime for regime in self.regimes}

    @cached_property
    def by_rule(self) -> dict[str, Deadline]:
        return {row.rule: row for row in self.deadlines}

    @cached_property
    def _rows(self) -> dict[tuple[str, str], tuple[Deadline, ...]]:
        rows: dict[tuple[str, str], tuple[Deadline, ...]] = {}
        for row in self.deadlines:
            for event in row.events:
                rows[row.regime, event] = (*rows.get((row.regime, event), ()), row)
        return rows

    def rows(self, regime: str, event: str) -> tuple[Deadline, ...]:
        """The rows of a regime for an event, of all days and channels."""
        return self._rows.get((regime, event), ()) + self._rows.get((regime, "*"), ())

    def regime(self, regime_id: str) -> Regime:
        """Raise DeadlineError where there is no such regime; it says which there are."""
        found = self.by_regime.get(regime_id)
        if found is None:
            known = ", ".join(sorted(self.by_regime))
            raise DeadlineError(f"there is no regime {regime_id!r}", remedy=f"choose one of: {known}")
        return found
