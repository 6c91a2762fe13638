"""`replay`: what it refuses, and up to where it reads."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndTimestamp
from typer.testing import CliRunner

from schemas.errors import SetupError
from schemas.kept import fields_of
from schemas.request import Request
from schemas.state import SubjectState
from streams.cli import app
from streams.replaying.cuts import NOW, AsOf, _cut, as_of
from streams.replaying.parquet import columns, required


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "say one of --out DIR, --diff and --shadow"),
        (("--out", "x", "--diff"), "say one of"),
        (("--diff", "--as-of", "0:1"), "leave out --as-of"),
        (("--out", "x", "--policy-file", "new.toml"), "--policy-file goes with --shadow"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(args: tuple[str, ...], told: str) -> None:
    result: Any = CliRunner().invoke(app, ["replay", *args])
    assert result.exit_code == 2
    assert told in result.output


def test_without_pyarrow_parquet_is_refused_and_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SetupError, match=r"`make setup`, or pip install '\.\[parquet\]'"):
        required()


def test_a_moment_or_one_offset_of_each_partition() -> None:
    assert as_of(None) is NOW
    assert as_of("1970-01-01T00:00:01Z") == AsOf(moment=1_000_000)
    assert as_of("0:12,1:0") == AsOf(offsets={0: 12, 1: 0})
    for wrong in ("yesterday", "2026-05-03T12:00:00", "0:", "0:1;1:2"):
        with pytest.raises(SetupError, match="--as-of"):
            as_of(wrong)


async def test_a_moment_before_all_of_kafkas_reads_nothing_and_is_no_crash() -> None:
    """Kafka's client refuses a negative moment."""
    asked: list[int] = []

    class Consumer:
        async def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, Any]:
            asked.extend(times.values())
            return {place: OffsetAndTimestamp(0, 1) for place in times}

    place = TopicPartition("consent.audit", 2)
    for text in ("1960-01-01T00:00:00Z", "1969-12-31T23:59:59.998Z"):
        assert await _cut(Consumer(), [place], as_of(text)) == {2: 0}
    assert asked == [0, 0]


def test_every_field_of_a_contract_has_its_column() -> None:
    assert columns("people").names == list(fields_of(SubjectState))
    assert columns("requests").names == list(fields_of(Request))
    assert "delivery_id" in columns("deliveries").names
    sealed = [str(kind) for kind in columns("people").types if "sealed" in str(kind)]
    assert sealed == [], "the audit can't tell it"
