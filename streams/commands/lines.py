"""Events as JSON lines, read so that no line is lost: a bad one is handed on as its error."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from uuid_utils import uuid7

from schemas.errors import DataError, InvalidRecord, SetupError, UndecodableRecord
from schemas.events import ConsentEvent, check_scope_is_stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

STDIN = "-"


class Line(NamedTuple):
    """One line that isn't blank, its `number` counted from 1 in its source (`-`: standard input).

    got: the event, or why there is none.
    """

    source: str
    number: int
    got: ConsentEvent | DataError

    @property
    def place(self) -> str:
        return f"{self.source}:{self.number}"


def new_event_id() -> str:
    return str(uuid7())


def read_files(names: Iterable[str], new_id: Callable[[], str] = new_event_id) -> Iterator[Line]:
    """All lines of these files, in their order; `-` is standard input.

    Raises:
        SetupError: a file can't be read.

    """
    for name in names:
        if name == STDIN:
            yield from read_lines(name, sys.stdin.buffer, new_id)
            continue
        try:
            with Path(name).open("rb") as file:
                yield from read_lines(name, file, new_id)
        except OSError as error:
            raise SetupError(f"{name} can't be read: {error.strerror}", remedy='name a file, or "-"') from None


def read_lines(source: str, lines: Iterable[bytes], new_id: Callable[[], str]) -> Iterator[Line]:
    """One event, or its error, for each line that isn't blank. `new_id` makes an event_id where there is none."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            yield Line(source, number, _parsed(text, new_id))


def _parsed(line: bytes, new_id: Callable[[], str]) -> ConsentEvent | DataError:
    try:
        data = json.loads(line.decode())
    except UnicodeDecodeError:
        return UndecodableRecord("is no UTF-8")
    except (ValueError, RecursionError) as error:
        column = f" (column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        return UndecodableRecord(f"is no JSON{column}")
    if not isinstance(data, dict):
        return UndecodableRecord("is no JSON object")
    if data.get("event_id") is None:
        data["event_id"] = new_id()
    try:
        event = ConsentEvent.parse(data)
    except InvalidRecord as error:
        return error
    if event.sealed:
        return InvalidRecord("has no form in JSON; give identities readable", field="sealed")
    return _unstated_scope(data) or event


def _unstated_scope(data: dict[str, Any]) -> InvalidRecord | None:
    try:
        check_scope_is_stated(data)
    except ValueError as error:
        field, text = str(error).split(": ", 1)
        return InvalidRecord(text, field=field)
    return None
