"""What a soak reads, and what it makes of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from soaking.sample import Lives, Reading, of_process, told_in
from soaking.slopes import LONG_S, growing, slopes, without_requests

from streams.metrics.definitions import ENTRIES, LAG_RECORDS, LAG_SECONDS, REQUESTS_KEPT

if TYPE_CHECKING:
    from pathlib import Path

SCRAPE = f"""\
# TYPE {LAG_RECORDS.full_name} gauge
{LAG_RECORDS.full_name}{{lane="",role="router"}} 3.0
{LAG_RECORDS.full_name}{{lane="zoho-crm",role="lane"}} 7.0
# TYPE {LAG_SECONDS.full_name} gauge
{LAG_SECONDS.full_name}{{lane="zoho-crm",role="lane"}} 1.5
# TYPE consent_relay_router_subjects gauge
consent_relay_router_subjects 9.0
# TYPE {ENTRIES.full_name} gauge
{ENTRIES.full_name}{{lane="zoho-crm",status="parked"}} 4.0
# TYPE {REQUESTS_KEPT.full_name} gauge
{REQUESTS_KEPT.full_name} 12.0
"""


def line(per_s: float, life: int = 1, *, count: int = 100, start: float = 0.0) -> list[Reading]:
    return [
        Reading(start + at, "w1", life, "memory_mb", "", 50 + per_s * at) for at in map(float, range(0, 5 * count, 5))
    ]


def test_what_waits_is_read_by_lane_and_nothing_else_is() -> None:
    assert set(told_in(SCRAPE)) == {
        ("lag_records", "router", 3.0),
        ("lag_records", "zoho-crm", 7.0),
        ("lag_s", "zoho-crm", 1.5),
        ("kept", "zoho-crm", 4.0),
        ("requests", "", 12.0),
    }


def test_the_kernel_tells_memory_descriptors_and_threads(tmp_path: Path) -> None:
    before = of_process(os.getpid())
    with (tmp_path / "one-more").open("w"):
        after = of_process(os.getpid())
    assert after["descriptors"] == before["descriptors"] + 1
    assert 5 < after["memory_mb"] < 5000
    assert after["threads"] >= 1


def test_of_a_process_that_has_ended_nothing_is_told(tmp_path: Path) -> None:
    assert of_process(1, tmp_path) == {}
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "status").write_text("State:\tZ (zombie)\nThreads:\t1\n")
    assert of_process(1, tmp_path) == {}


def test_each_process_of_a_name_is_a_life() -> None:
    lives = Lives()
    assert [lives.number("w1", pid) for pid in (7, 7, 9, 7)] == [1, 1, 2, 1]
    assert lives.number("w2", 9) == 1


def test_a_leak_shows_as_so_much_an_hour_and_its_warm_up_does_not() -> None:
    warm_up = [Reading(at, "w1", 1, "memory_mb", "", 10 * at) for at in (0.0, 5.0, 10.0)]
    (found,) = slopes(warm_up + line(0.01, start=15), "memory_mb", warm_up_s=12)
    assert found.per_hour == pytest.approx(36)
    assert (found.first, found.last) == pytest.approx((50, 50 + 0.01 * 495))
    assert found.lasted_s == 495


def test_lives_are_apart_and_short_ones_tell_nothing() -> None:
    found = slopes(line(0.0) + line(0.02, life=2, start=600) + line(9.0, life=3, count=5), "memory_mb", 0)
    assert [slope.life for slope in found] == [1, 2]
    assert [slope.per_hour for slope in found] == pytest.approx([0, 72])
    assert slopes(line(1.0), "descriptors", 0) == []


def test_requests_that_are_kept_are_no_leak() -> None:
    readings: list[Reading] = []
    for at, memory in enumerate(line(0.03)):
        readings += [Reading(float(at), "w1", 1, "requests", "", 50.0 * at), memory]
    (found,) = slopes(without_requests(readings), "memory_mb", 0)
    assert found.per_hour == pytest.approx(0, abs=0.1)


GROWS = ["memory_mb"]


@pytest.mark.parametrize(("mb_an_hour", "lasts_s", "found"), [(110, LONG_S, GROWS), (90, LONG_S, []), (110, 900, [])])
def test_a_soak_fails_where_a_long_life_grows(mb_an_hour: float, lasts_s: float, found: list[str]) -> None:
    readings = line(mb_an_hour / 3600, count=int(lasts_s / 5) + 1)
    readings += [reading._replace(measure="threads", value=12.0) for reading in readings]
    assert [slope.measure for slope in growing(readings, 0)] == found


def test_memory_that_kept_requests_explain_is_none() -> None:
    readings: list[Reading] = []
    for at, memory in enumerate(line(110 / 3600, count=400)):
        readings += [Reading(5.0 * at, "w1", 1, "requests", "", 110 / 3600 * 5 * at / 0.003), memory]
    assert growing(readings, 0) == []
