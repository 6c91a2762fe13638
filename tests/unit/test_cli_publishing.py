from __future__ import annotations

import json
from io import BufferedReader, BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import KafkaTimeoutError
from typer.testing import CliRunner

from schemas.errors import DataError, OversizeRecord
from schemas.events import ConsentEvent
from streams.cli import app
from streams.commands.publish import Report
from streams.commands.publishing import CHUNK_BYTES, Fate, chunks

if TYPE_CHECKING:
    from pathlib import Path

    from streams.commands.lines import Line

runner = CliRunner()
EVENT = {
    "kind": "consent.withdrawn",
    "controller": "oomnis",
    "subject_id": "c-1",
    "purposes": ["surveys"],
    "method": "api",
    "occurred_at": "2026-03-02T09:30:00Z",
    "published_by": "tests",
}


def written(**more: Any) -> bytes:
    return json.dumps(EVENT | more).encode()


def read(data: bytes) -> list[Line]:
    return [line for _, lines in chunks("f", BytesIO(data)) for line in lines]


def test_the_last_line_needs_no_end() -> None:
    lines = read(written(subject_id="a") + b"\n" + written(subject_id="b"))
    assert [(line.number, line.got.subject_id) for line in lines if isinstance(line.got, ConsentEvent)] == [
        (1, "a"),
        (2, "b"),
    ]


def test_blank_lines_count_but_hold_nothing_and_windows_line_ends_are_taken() -> None:
    lines = read(b"\n" + written() + b"\r\n\r\n   \n" + written() + b"\r\n")
    assert [line.number for line in lines] == [2, 5]
    assert all(isinstance(line.got, ConsentEvent) for line in lines)


def test_numbers_go_on_over_chunks_and_no_line_is_split() -> None:
    count = 3 * CHUNK_BYTES // len(written(subject_id="c-00000"))
    data = b"\n".join(written(subject_id=f"c-{number:05}") for number in range(1, count + 1))
    found = list(chunks("f", BytesIO(data)))
    assert len(found) > 3
    assert sum(size for size, _ in found) == len(data)
    lines = [line for _, lines in found for line in lines]
    assert [(line.number, line.got.subject_id) for line in lines if isinstance(line.got, ConsentEvent)] == [
        (number, f"c-{number:05}") for number in range(1, count + 1)
    ]


def test_a_bad_line_is_kept_in_its_place_with_its_field() -> None:
    lines = read(written() + b"\n" + written(subject_id="ana@example.com") + b"\n{\n" + written())
    errors = {line.number: line.got for line in lines if isinstance(line.got, DataError)}
    assert errors.keys() == {2, 3}
    assert errors[2].field == "subject_id"
    assert "ana@example.com" not in str(errors[2])


def test_a_slow_pipe_is_not_waited_for() -> None:
    class Pipe(RawIOBase):
        """Gives one line a read, as a pipe does that somebody writes to line by line."""

        def __init__(self) -> None:
            self.left = [written(subject_id="a") + b"\n", written(subject_id="b") + b"\n"]

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            line = self.left.pop(0) if self.left else b""
            buffer[: len(line)] = line
            return len(line)

    pipe = Pipe()
    coming = chunks("-", BufferedReader(pipe, CHUNK_BYTES))
    assert [line.number for line in next(coming)[1]] == [1]
    assert len(pipe.left) == 1
    assert [line.number for line in next(coming)[1]] == [2]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"  \n\t\n"])
def test_nothing_holds_nothing(data: bytes) -> None:
    assert read(data) == []


def test_the_report_names_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = read(written(event_id="0199f5d0-8a00-7000-8000-000000000001") + b"\n" + written(kind="x"))
    report = Report(as_json=True)
    assert isinstance(bad.got, DataError)
    report.tell(Fate(good, partition=2, offset=17))
    report.tell(Fate(bad, error=bad.got))
    report.tell(Fate(good, error=OversizeRecord("9 bytes for consent.events, which takes 8", field="evidence")))
    report.tell(Fate(good, error=KafkaTimeoutError()))
    assert (report.published, report.refused, report.unsure, report.last) == (1, 2, 1, 1)
    out, err = capsys.readouterr()
    first, *others = [json.loads(line) for line in out.splitlines()]
    assert first == {
        "source": "f",
        "line": 1,
        "event_id": "0199f5d0-8a00-7000-8000-000000000001",
        "partition": 2,
        "offset": 17,
    }
    assert [(one["line"], one["error"]["reason"], one["error"]["field"]) for one in others] == [
        (2, "invalid", "kind"),
        (1, "oversize", "evidence"),
        (1, "no_receipt", None),
    ]
    told = err.splitlines()
    assert told[0].startswith("f:2: kind: ")
    assert told[1].startswith("f:1: evidence: ")
    assert "0199f5d0-8a00-7000-8000-000000000001" in told[2]


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = runner.invoke(app, ["publish", str(path)])
        assert result.exit_code == 2
        assert f"{path} can't be read" in result.stderr


def test_a_broker_that_does_not_answer_is_wrong_setup(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(written())
    for servers in ("127.0.0.1:1", "host:abc"):
        result = runner.invoke(app, ["publish", str(file), "--bootstrap-servers", servers])
        assert result.exit_code == 2
        assert servers in result.stderr
        assert "what to do" in result.stderr
        assert result.stdout == ""


def test_no_broker_at_all_is_wrong_setup(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(written())
    result = runner.invoke(app, ["publish", str(file), "--data-dir", str(tmp_path / "data")])
    assert result.exit_code == 2
    assert "consent-relay broker start" in result.stderr
