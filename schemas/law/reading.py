"""Reading the files of deadlines: every mistake is told with its file, row and field."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from schemas.contract import invalid
from schemas.errors import DeadlineError
from schemas.law.model import Law

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REMEDY = "mend that row; docs/deadlines.md explains each field"
_LISTS = ("regimes", "deadlines", "periods")
_TABLES = ("sources", "topics")


class _Row(NamedTuple):
    """One row, as the models want it. place: the file and how a reader finds the row in it."""

    table: str
    place: str
    row: dict[str, Any]


def read_law(directory: Path) -> Law:
    """Read all files of a directory.

    Raises:
        DeadlineError: unreadable, no TOML, or a row that breaks a rule; names file, row and field.

    """
    contents = {path: _content(path) for path in sorted(directory.glob("*.toml"))}
    rows = [row for path, content in contents.items() for row in _rows(path.name, content)]
    by_table = {table: [one for one in rows if one.table == table] for table in _LISTS}
    tables = {table: [one.row for one in some] for table, some in by_table.items()}
    digest = hashlib.sha256(b"".join(contents.values())).hexdigest()
    try:
        return Law.model_validate({**tables, "sha256": digest})
    except ValidationError as error:
        raise DeadlineError(_told(error, by_table), remedy=_REMEDY) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeadlineError(f"{path.name} can't be read: {error.strerror}") from None


def _rows(name: str, content: bytes) -> Iterator[_Row]:
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeadlineError(f"{name} can't be read as TOML: {error}") from None
    for table, inside in data.items():
        kind = list if table in _LISTS else dict if table in _TABLES else None
        if kind is None or not isinstance(inside, kind):
            raise DeadlineError(f"{name}: {table}: write lists {', '.join(_LISTS)}, and tables {', '.join(_TABLES)}")
    for table in _LISTS:
        for number, row in enumerate(data.get(table, ()), 1):
            place = f"{name}: {table}.{_label(row, number)}"
            if not isinstance(row, dict):
                raise DeadlineError(f"{place}: write a table, as in {{ regime = ... }}", remedy=_REMEDY)
            sourced = _resolved(place, row, "source", data.get("sources", {}), "address")
            yield from _spread(place, sourced, data) if table == "deadlines" else (_Row(table, place, sourced),)


def _label(row: Any, number: int) -> str:
    """A row's own words, as far as it has them."""
    named = row if isinstance(row, dict) else {}
    words = (named.get(key) for key in ("regime", "id", "topics", "legs"))
    texts = ("+".join(map(str, word)) if isinstance(word, list) else str(word) for word in words if word)
    return ".".join(texts) or str(number)


def _resolved(place: str, row: dict[str, Any], key: str, known: dict[str, Any], field: str) -> dict[str, Any]:
    """The row with what it names by `key` written out as `field`."""
    if key not in row:
        raise DeadlineError(f"{place}: {key}: is missing", remedy=_REMEDY)
    if row[key] not in known:
        raise DeadlineError(f"{place}: {key}: {row[key]!r} is not under {key}s of this file", remedy=_REMEDY)
    return {**{name: value for name, value in row.items() if name != key}, field: known[row[key]]}


def _spread(place: str, row: dict[str, Any], data: dict[str, Any]) -> Iterator[_Row]:
    """One row for each of its topics and legs: so the law's number is written once."""
    rest = {name: value for name, value in row.items() if name not in {"topics", "legs"}}
    for field in ("topics", "legs"):
        if not isinstance(row.get(field), list) or not row[field]:
            raise DeadlineError(f"{place}: {field}: write a list with at least one", remedy=_REMEDY)
    for topic in row["topics"]:
        one = _resolved(place, {**rest, "topic": topic}, "topic", data.get("topics", {}), "events") | {"topic": topic}
        yield from (_Row("deadlines", place, {**one, "leg": leg}) for leg in row["legs"])


def _told(error: ValidationError, rows: dict[str, list[_Row]]) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    message = "needs at least one" if first["type"] == "too_short" else invalid(error).message
    match first["loc"]:
        case (str(table), int(number), *steps):
            field = ".".join(str(step) for step in steps)
            return ": ".join(part for part in (rows[table][number].place, field, message) if part)
        case _:  # a rule across rows: it names them by table and number
            table, number_text, text = str(invalid(error)).split(" ", 2)
            return f"{rows[table][int(number_text)].place}: {text}"
