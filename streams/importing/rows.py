"""A CSV file as it comes from elsewhere: its rows with their bytes, read a row at a time.

Source: RFC 4180; and what spreadsheets make of it: a byte order mark, semicolons, tabs.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from schemas.errors import InvalidRecord, SetupError, UndecodableRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.errors import DataError

BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t|"
LONGEST_ROW = 65_536
"""Bytes. A quotation mark that is never closed must not swallow the file."""


class Row(NamedTuple):
    """`number`: of its first line, from 1; raw: as in the file; cells: by column, or why there are none."""

    number: int
    raw: bytes
    cells: dict[str, str] | DataError


class Header(NamedTuple):
    raw: bytes
    columns: tuple[str, ...]
    delimiter: str


def header_of(lines: Iterator[bytes], source: str) -> Header:
    """The first line, which names the columns.

    Raises:
        SetupError: there is none, it is no UTF-8, or a column stands there twice.

    """
    raw = next(lines, b"")
    if raw.startswith(_WIDE_BOMS):
        raise SetupError(f"{source} is UTF-16", remedy="save it as UTF-8")
    try:
        text = raw.removeprefix(BOM).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SetupError(f"{source}:1 is no UTF-8", remedy="save it as UTF-8") from None
    delimiter = max(_DELIMITERS, key=text.count)
    columns = tuple(name.strip().casefold() for name in next(csv.reader([text], delimiter=delimiter), []))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if not any(columns) or twice:
        raise SetupError(
            f"{source}:1 names {f'the column {twice[0]!r} twice' if twice else 'no columns'}",
            remedy="the first line names each column once: subject_id, purposes, email, ...",
        )
    return Header(raw, columns, delimiter)


def rows_of(lines: Iterable[bytes], header: Header) -> Iterator[Row]:
    """All rows behind the header that aren't blank; a quoted cell may have line ends in it."""
    for number, raw in _whole(lines):
        if raw.strip():
            yield Row(number, raw, _cells(raw, header))


def _whole(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines joined where a quotation mark is still open; one that stays open is a row of one line."""
    held: list[bytes] = []
    size, first, is_open = 0, 2, False
    for number, line in enumerate(lines, 2):
        first = first if held else number
        held.append(line)
        size += len(line)
        is_open ^= line.count(b'"') % 2 == 1
        if is_open and size <= LONGEST_ROW:
            continue
        yield from enumerate(held, first) if is_open else [(first, b"".join(held))]
        held, size, is_open = [], 0, False
    yield from enumerate(held, first)


def _cells(raw: bytes, header: Header) -> dict[str, str] | DataError:
    if len(raw) > LONGEST_ROW:
        return InvalidRecord(f"is longer than {LONGEST_ROW} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return UndecodableRecord("is no UTF-8")
    try:
        found = list(csv.reader(text.splitlines(keepends=True), delimiter=header.delimiter, strict=True))
    except csv.Error:
        return UndecodableRecord("is no CSV: a quotation mark is never closed, or stands within a cell")
    cells = found[0] if found else []
    if len(cells) != len(header.columns):
        return InvalidRecord(f"has {len(cells)} cells for {len(header.columns)} columns")
    return {name: cell.strip() for name, cell in zip(header.columns, cells, strict=True) if cell.strip()}
