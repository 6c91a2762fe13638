"""The nightly run: when it is, whose it is, and what becomes of what it says. The processes are real ones."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from schemas.errors import SetupError
from streams.metrics.registry import Metrics
from streams.reconciling.nightly import LAST_NIGHT, Nightly, next_run
from streams.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
NOTHING = {"finding": None, "events": 5, "records": 9, "passes": 4, "missing": 0, "surplus": 0, "late": 0}


def says(*lines: Mapping[str, object]) -> tuple[str, ...]:
    return sys.executable, "-c", "import sys; print(*sys.argv[1:], sep='\\n')", *map(json.dumps, lines)


def night(path: Path, metrics: Metrics, *command: str, at: str = "02:30", clock: datetime = NOON) -> Nightly:
    return Nightly(Settings(data_dir=path, reconcile_at=at), metrics, lambda: clock, command)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"consent_relay_{name}", labels)


@pytest.mark.parametrize(
    ("at", "day", "hour"), [("02:30", 3, 2), ("12:00", 3, 12), ("12:01", 2, 12), ("23:59", 2, 23), ("00:00", 3, 0)]
)
def test_it_is_once_a_day(at: str, day: int, hour: int) -> None:
    found = next_run(at, NOON)
    assert (found.day, found.hour, found > NOON) == (day, hour, True)


@pytest.mark.parametrize("text", ["24:00", "2:30", "02:60", "night", ""])
def test_another_time_is_refused(text: str) -> None:
    with pytest.raises(SetupError, match="CONSENT_RELAY_RECONCILE_AT"):
        load_settings(reconcile_at=text)


async def test_what_it_finds_is_measured_and_alarmed(tmp_path: Path) -> None:
    metrics = Metrics()
    assert await night(tmp_path, metrics, *says({**NOTHING, "conflicting": 0})).once() == 0
    assert value(metrics, "reconciled_timestamp_seconds") == NOON.timestamp()
    found = {"finding": "missing", "what": "is gone"}, {**NOTHING, "missing": 2, "conflicting": 1}
    with capture_logs() as logs:
        assert await night(tmp_path, metrics, *says(*found)).once() == 3
    assert [one["alarm"] for one in logs] == ["reconcile_findings"]
    assert (value(metrics, "reconcile_findings", finding="missing"), logs[0]["conflicting"]) == (2, 1)
    assert (tmp_path / LAST_NIGHT).read_text("utf-8").count("\n") == 2


async def test_a_run_that_breaks_off_is_alarmed_and_changes_no_figure(tmp_path: Path) -> None:
    metrics = Metrics()
    for command in (says({"finding": "missing"}), says(), (sys.executable, "-c", "raise SystemExit(2)")):
        with capture_logs() as logs:
            assert await night(tmp_path, metrics, *command).once() is None
        assert [one["alarm"] for one in logs] == ["reconcile_failed"]
    assert value(metrics, "reconciled_timestamp_seconds") == 0


async def test_only_the_holder_of_partition_0_does_it_and_only_while_it_holds_it(tmp_path: Path) -> None:
    almost = datetime(2026, 3, 2, 2, 29, 59, 990_000, tzinfo=UTC)
    for partition, at, runs in ((1, "02:30", False), (0, "off", False), (0, "02:30", True)):
        mine = tmp_path / f"{partition}{at}"
        mine.mkdir()
        before = asyncio.all_tasks()
        with night(mine, Metrics(), *says(), at=at, clock=almost).held(partition):
            begun = asyncio.all_tasks() - before
            assert bool(begun) == runs
            while runs and not (mine / LAST_NIGHT).exists():  # noqa: ASYNC110 - another process makes the file
                await asyncio.sleep(0.01)
        await asyncio.wait(begun or {asyncio.create_task(asyncio.sleep(0))})
        assert all(task.done() for task in begun)
        assert (mine / LAST_NIGHT).exists() == runs
