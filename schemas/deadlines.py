"""What the law says about time, as data that a lawyer can review (`deadlines/*.toml`). No number of it is in code."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError, model_validator

from schemas.contract import invalid
from schemas.deadline_checks import check
from schemas.deadline_models import Deadline, Period, Regime
from schemas.errors import DeadlineError
from schemas.policy.rows import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

_DIRECTORY = Path(__file__).parent / "deadlines"
_TABLES = ("regimes", "deadlines", "periods")
HOUSE = "house"
"""The regime of our own targets, for what no law speaks of."""


class Law(Table):
    """All regimes and their rows. `sha256`: of the files' bytes, in the order of their names."""

    regimes: tuple[Regime, ...]
    deadlines: tuple[Deadline, ...]
    periods: tuple[Period, ...] = ()
    sha256: str

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check(self)
        return self

    def __hash__(self) -> int:
        return hash(self.sha256)

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
        """The rows of a regime for an event, of all days and channels.

        Raises:
            DeadlineError: there is no such regime; says which there are.

        """
        self.regime(regime)
        return self._rows.get((regime, event), ()) + self._rows.get((regime, "*"), ())

    def regime(self, regime_id: str) -> Regime:
        """Raise DeadlineError, as `rows` does."""
        found = self.by_regime.get(regime_id)
        if found is None:
            known = ", ".join(sorted(self.by_regime))
            raise DeadlineError(f"there is no regime {regime_id!r}", remedy=f"choose one of: {known}")
        return found


def read_law(directory: Path) -> Law:
    """Read all files of a directory.

    Raises:
        DeadlineError: unreadable, no TOML, or a row that breaks a rule; names file, row and field.

    """
    paths = sorted(directory.glob("*.toml"))
    contents = [_content(path) for path in paths]
    tables: dict[str, list[Any]] = {table: [] for table in _TABLES}
    places: dict[tuple[str, int], str] = {}
    for path, content in zip(paths, contents, strict=True):
        for table, rows in _tables(path, content).items():
            places |= {(table, len(tables[table]) + n): path.name for n in range(len(rows))}
            tables[table] += rows
    digest = hashlib.sha256(b"".join(contents)).hexdigest()
    try:
        return Law.model_validate({**tables, "sha256": digest})
    except ValidationError as error:
        raise DeadlineError(_told(error, tables, places)) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeadlineError(f"{path.name} can't be read: {error.strerror}") from None


def _tables(path: Path, content: bytes) -> dict[str, list[Any]]:
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeadlineError(f"{path.name} can't be read as TOML: {error}") from None
    for table, rows in data.items():
        if table not in _TABLES or not isinstance(rows, list):
            raise DeadlineError(f"{path.name}: {table}: only lists named {', '.join(_TABLES)} stand here")
    return data


def _told(error: ValidationError, tables: dict[str, list[Any]], places: dict[tuple[str, int], str]) -> str:
    first: ErrorDetails = error.errors(include_url=False, include_context=False)[0]
    told = invalid(error)
    match first["loc"]:
        case (str(table), int(number), *rest):
            field = ".".join(str(step) for step in rest)
            row = _named(tables[table][number], number)
            text = f"{field}: {told.message}" if field else told.message
            return f"{places[table, number]}: {table} {row}: {text}"
        case _:
            return _located(str(told), tables, places)


def _named(row: Any, number: int) -> str:
    """How a reader finds the row again: by its own words, and its number in all files' list."""
    words = [row.get(key) for key in ("regime", "topic", "leg", "id")] if isinstance(row, dict) else []
    return ".".join(str(word) for word in words if word) or f"number {number + 1}"


def _located(text: str, tables: dict[str, list[Any]], places: dict[tuple[str, int], str]) -> str:
    """Add the file of the row that a check over all rows has named."""
    head = text.split(": ", 1)[0].split(" ")
    for (table, number), name in places.items():
        if head[0] == table and len(head) > 1 and head[1].startswith(_named(tables[table][number], number)):
            return f"{name}: {text}"
    return text


@cache
def law() -> Law:
    """The law as this release knows it.

    Raises:
        DeadlineError: a file breaks a rule.

    """
    return read_law(_DIRECTORY)


def regime_ids() -> frozenset[str]:
    """What a policy may name under `regimes`."""
    return frozenset(law().by_regime) - {HOUSE}


def unknown_regimes(named: Iterable[str]) -> list[str]:
    return sorted(set(named) - regime_ids())
