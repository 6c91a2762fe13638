"""The witness file when its disk was full, or its writer died within a line."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from schemas.errors import SetupError
from streams.notary.witness import Witness, known_witnesses, witnessed
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LINE = '{"partition": 2, "at": 1, "checkpoint": "a\\n\\n\u2014 b"}'.encode()
HEAD = "a\n\n\u2014 b"


def read(path: Path) -> list[tuple[int, str, str]]:
    """Partition, note and line of each head."""
    heads = [(number, head) for number, found in witnessed([path]).items() for head in found]
    return [(number, head.note, head.where.removeprefix(f"{path}:")) for number, head in heads]


async def test_a_head_that_a_full_disk_has_torn_is_told_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "witness.jsonl"
    witness = Witness(path)
    assert await witness.note(2, HEAD, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with capture_logs() as logs:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, hard))
        try:
            assert [await witness.note(2, HEAD, 2), await witness.note(2, HEAD, 3)] == [False, False]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [line["alarm"] for line in logs] == ["head_unwitnessed"] * 2
    assert await witness.note(3, HEAD, 4)
    assert await witness.note(2, HEAD, 5)
    assert read(path) == [(2, HEAD, "1"), (2, HEAD, "4"), (3, HEAD, "3")]


@pytest.mark.parametrize("length", range(len(LINE) + 1))
async def test_wherever_a_line_was_torn_the_others_are_read(tmp_path: Path, length: int) -> None:
    path = tmp_path / "witness.jsonl"
    path.write_bytes(LINE + b"\n" + LINE[:length])
    assert read(path) == [(2, HEAD, "1")]
    assert await Witness(path).note(3, HEAD, 1)
    whole = [(2, HEAD, "2")] if length == len(LINE) else []
    assert read(path) == [(2, HEAD, "1"), *whole, (3, HEAD, "3" if length else "2")]


@pytest.mark.parametrize("length", [1, 20, len(LINE) - 1])
def test_what_stands_right_behind_a_torn_line_is_read(tmp_path: Path, length: int) -> None:
    path = tmp_path / "witness.jsonl"
    path.write_bytes(LINE[:length] + LINE + b"\n")
    assert read(path) == [(2, HEAD, "1")]


@pytest.mark.parametrize("torn", [b"", LINE[:20]])
def test_a_line_of_which_only_the_newline_was_torn_off_counts_like_the_next_one(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "witness.jsonl"
    path.write_bytes(LINE + torn + LINE.replace(b"2", b"3") + b"\n" + LINE + b"\n")
    assert read(path) == [(2, HEAD, "1"), (2, HEAD, "2"), (3, HEAD, "1")]


@pytest.mark.parametrize(
    "line",
    [
        b"nothing",
        b"{}",
        b"nothing" + LINE,
        LINE.replace(b'"at"', b"at"),
        LINE.replace(b"b", b"\x80"),
        LINE.replace(b'"at"', b"at") + LINE,
    ],
)
def test_a_line_that_was_changed_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "witness.jsonl"
    path.write_bytes(line + b"\n" + LINE + b"\n")
    with pytest.raises(SetupError, match=r"witness.jsonl:1 is no line"):
        witnessed([path])


def test_a_named_file_that_is_gone_does_not_pass_for_no_witness(tmp_path: Path) -> None:
    ours, named = tmp_path / "witness.jsonl", tmp_path / "mount" / "witness.jsonl"
    assert known_witnesses(Settings(data_dir=tmp_path)) == []
    ours.write_bytes(LINE + b"\n")
    assert known_witnesses(Settings(data_dir=tmp_path)) == [ours]
    missing = known_witnesses(Settings(data_dir=tmp_path, witness_file=named))
    assert missing == [named]
    with pytest.raises(SetupError, match="can't be read"):
        witnessed(missing)
