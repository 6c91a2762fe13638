from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import generate_latest
from rich.console import Console
from rich.table import Table

from bench.scale.dead_vendor import LANE, DeadVendor, Moment, summed
from bench.scale.isolation import Isolation, Waits
from bench.scale.lane_report import (
    curve,
    dead_vendor_json,
    isolation_json,
    limits_json,
    show_dead_vendor,
    show_isolation,
    show_limits,
)
from bench.scale.limit_use import CASES, FIRST_S, fullest, used
from bench.scale.spans import percentiles
from streams.metrics.definitions import ENTRIES, LAG_RECORDS
from streams.metrics.registry import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable

ALONE = tuple(Waits(600, 10.0, p99, {}) for p99 in (20.0, 100.0, 30.0))
BESIDE = tuple(Waits(600, 11.0, p99, {"hung": 40, "busy": 80}) for p99 in (45.0, 33.0, 200.0))


def shown(show: Callable[[Table, Any], None], figures: Any) -> str:
    table = Table("figure", "value")
    show(table, figures)
    text = StringIO()
    Console(file=text, width=150).print(table)
    return text.getvalue()


def test_percentiles_of_one_to_a_hundred() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentiles(values) == pytest.approx((50.5, 95.5), abs=0.6)
    assert percentiles(values, 99) == pytest.approx((50.5, 99.5), abs=0.6)
    assert percentiles([7.0]) == (7.0, 7.0)


def test_isolation_compares_the_medians_of_the_runs() -> None:
    figures = isolation_json(Isolation(ALONE, BESIDE))
    assert (figures["alone"]["p99_ms"], figures["beside_sick"]["p99_ms"], figures["p99_ratio"]) == (30.0, 45.0, 1.5)
    text = shown(show_isolation, figures)
    for part in ("10 / 30 ms", "11 / 45 ms", "1.50 ×, +15 ms", "hung 40, busy 80"):
        assert part in text


def test_the_fullest_window_is_found_wherever_it_begins() -> None:
    assert fullest([0.0, 0.9, 1.0, 1.1, 1.89, 3.0], 1.0) == 4
    assert fullest([0.0, 1.0, 2.0], 1.0) == 1


def test_use_is_counted_when_the_worker_has_come_to_its_pace() -> None:
    case = CASES[0]
    late = [5 + FIRST_S + number / 80 for number in range(80 * 40)]
    (figures,) = limits_json([used(case, [5.0, *late])])
    assert (figures["allowed_per_s"], figures["per_s"], figures["used"]) == (100, 80, 0.8)
    assert figures["windows"] == [{"calls": 100, "seconds": 1, "most": 80}]
    assert "80 of 100" in shown(show_limits, [figures])


def test_calls_at_a_time_may_allow_less_than_the_limits() -> None:
    assert [case.allowed_per_s for case in CASES] == [100, 75, 80, 75]


def test_a_curve_goes_from_nothing_to_the_highest_value() -> None:
    assert curve([0, 7, 14]) == "▁▅█"
    assert curve([]) == ""
    assert curve([0, 0]) == "▁▁"
    assert len(curve(range(1000))) == 40


def test_the_dead_vendor_is_shown_from_begin_to_end() -> None:
    moments = [Moment(0.0, 90_000_000, 1.0, 1000, 0), Moment(10.0, 120_000_000, 6.0, 990, 64)]
    figures = dead_vendor_json(DeadVendor(1000, moments))
    assert figures["resident_mb"] == [90.0, 120.0]
    text = shown(show_dead_vendor, figures)
    for part in ("1,000 deliveries", "over 10 s", "90 → 120 MB, most 120", "most 1,000, last 990", "0 → 64", "0.50"):
        assert part in text


def test_gauges_of_the_lane_are_summed_over_their_labels() -> None:
    metrics = Metrics()
    for lane, status, value in (("dead", "parked", 5), ("dead", "failed", 2), ("other", "parked", 100)):
        metrics[ENTRIES].labels(lane, status).set(value)
    page = generate_latest(metrics.registry).decode()
    assert summed(page, ENTRIES.full_name, LANE) == 7
    assert summed(page, LAG_RECORDS.full_name, LANE) == 0
