from __future__ import annotations

import pytest

from bench.scale.spans import Spans, covered, percentiles


def test_the_steps_follow_one_another_and_make_up_the_total() -> None:
    spans = Spans.of(10.0, 10.004, 10.020, [(10.025, 10.030), (10.050, 10.051)], 10.100)
    steps = (spans.acknowledged_ms, spans.planned_ms, spans.called_ms, spans.calls_ms, spans.final_ms)
    assert steps == pytest.approx((4, 16, 5, 26, 49))
    assert spans.total_ms == pytest.approx(100)
    assert spans.vendor_ms == pytest.approx(6)
    assert spans.relay_ms == pytest.approx(94)
    assert spans.calls == 2


def test_a_call_before_the_plan_was_seen_takes_no_time_away() -> None:
    spans = Spans.of(0.0, 0.001, 0.010, [(0.008, 0.009)], 0.020)
    assert (spans.called_ms, spans.calls_ms) == (0, 0)
    assert spans.total_ms == pytest.approx(20)


def test_an_event_without_a_call_has_none() -> None:
    spans = Spans.of(0.0, 0.001, 0.010, [], 0.020)
    assert (spans.calls, spans.vendor_ms, spans.calls_ms) == (0, 0, 0)
    assert spans.final_ms == pytest.approx(10)


def test_what_two_vendors_do_at_the_same_time_counts_once() -> None:
    assert covered([]) == 0
    assert covered([(5, 6), (0, 2), (1, 4), (1, 2)]) == 5


def test_percentiles() -> None:
    p50, p95 = percentiles([float(number) for number in range(1, 101)])
    assert p50 == pytest.approx(50.5, abs=0.5)
    assert p95 == pytest.approx(95, abs=1)
    assert percentiles([7.0]) == (7, 7)
