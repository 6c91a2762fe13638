from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from schemas.errors import DataError, SetupError
from schemas.events import ConsentEvent
from streams.commands.lines import new_event_id, read_files, read_lines

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {
    "kind": "consent.withdrawn",
    "controller": "oomnis",
    "subject_id": "c-1001",
    "identities": [{"type": "email", "value": "ana.lopez@example.com"}],
    "purposes": ["surveys"],
    "method": "api",
    "occurred_at": "2025-11-03T09:15:00Z",
    "published_by": "tests",
}


def _read(*lines: str | bytes | dict[str, Any]) -> list[tuple[int, ConsentEvent | DataError]]:
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    return [(line.number, line.got) for line in read_lines("x.jsonl", raw, lambda: str(UUID(int=7)))]


def test_blank_lines_and_a_byte_order_mark_do_no_harm_and_lines_keep_their_number() -> None:
    read = _read(b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "\n", "   \r\n", GOOD)
    assert [number for number, _ in read] == [1, 4]
    assert all(isinstance(got, ConsentEvent) for _, got in read)


def test_an_event_without_an_id_gets_one_and_a_given_one_stays() -> None:
    given = str(UUID(int=9))
    got = [event.event_id for _, event in _read(GOOD, {**GOOD, "event_id": given}) if isinstance(event, ConsentEvent)]
    assert got == [str(UUID(int=7)), given]
    assert UUID(new_event_id()).version == 7


@pytest.mark.parametrize(
    ("line", "field", "text"),
    [
        (b"\xff\xfe{}", None, "UTF-8"),
        ('{"kind": ', None, "no JSON (column"),
        ("[" * 100_000, None, "no JSON"),
        ("[1]", None, "no JSON object"),
        ({**GOOD, "kind": []}, "kind", ""),
        ({**GOOD, "kind": "consent.maybe"}, "kind", ""),
        ({**GOOD, "subject_id": "ana.lopez@example.com"}, "subject_id", "your own id"),
        ({**GOOD, "occurred_at": "yesterday"}, "occurred_at", "write a moment"),
        ({name: value for name, value in GOOD.items() if name != "purposes"}, "purposes", "is missing"),
        ({**GOOD, "purposes": []}, "purposes", "at least one"),
        ({**GOOD, "identities": [], "sealed": {"key_id": "k", "bytes": "AAAA"}}, "sealed", "no form in JSON"),
        ({**GOOD, "consent": True}, "consent", "unknown field"),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_still_read(line: str | bytes, field: str | None, text: str) -> None:
    (_, bad), (number, good) = _read(line, GOOD)
    assert isinstance(bad, DataError)
    assert bad.field == field
    assert text in bad.message
    assert "ana.lopez" not in str(bad)
    assert number == 2
    assert isinstance(good, ConsentEvent)


def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nowhere\.jsonl"):
        list(read_files([str(tmp_path / "nowhere.jsonl")]))
