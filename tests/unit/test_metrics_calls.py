"""Requests to vendors, timed by a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from engine_support import HandClock, Wire

from processors.engine.limiter import Limiter
from processors.engine.transport import Request
from processors.vendors.base import Reply
from schemas.errors import VendorUnavailable
from schemas.windows import Window
from streams.metrics.calls import status_word, watched_by
from streams.metrics.meters import show_limits
from streams.metrics.registry import Metrics

if TYPE_CHECKING:
    from processors.engine.transport import Transport

WHO = Request("POST", "https://toy.example/people/jane.roe%40example.org?email=jane.roe%40example.org")


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"consent_relay_{name}", {"lane": "toy", **labels})


def watched(transport: Transport, clock: HandClock | None = None) -> tuple[Transport, Metrics]:
    metrics = Metrics()
    return watched_by(metrics, (clock or HandClock()).steady)(transport, "toy", "api"), metrics


async def test_an_answer_counts_with_its_time_and_class() -> None:
    clock = HandClock()

    def answer(_: Request) -> Reply:
        clock.now += 0.75
        return Reply(200)

    send, metrics = watched(Wire(answer), clock)
    assert (await send(WHO)).status == 200
    assert value(metrics, "vendor_call_seconds_sum", call="api", result="2xx") == 0.75
    assert value(metrics, "vendor_calls_in_flight") == 0


async def test_no_answer_counts_under_what_became_of_it() -> None:
    async def lost(_: Request) -> Reply:
        raise VendorUnavailable("timeout")

    send, metrics = watched(lost)
    with pytest.raises(VendorUnavailable):
        await send(WHO)
    assert value(metrics, "vendor_call_seconds_count", call="api", result="timeout") == 1


async def test_a_call_is_in_flight_until_it_ends_or_is_broken_off() -> None:
    async def hang(_: Request) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    send, metrics = watched(hang)
    calls = [asyncio.ensure_future(send(WHO)) for _ in range(3)]
    await asyncio.sleep(0)
    assert value(metrics, "vendor_calls_in_flight") == 3
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert value(metrics, "vendor_calls_in_flight") == 0
    assert value(metrics, "vendor_call_seconds_count", call="api", result="broken_off") == 3


@pytest.mark.parametrize(
    ("status", "word"),
    [(200, "2xx"), (302, "3xx"), (401, "401"), (404, "4xx"), (429, "429"), (503, "5xx"), (999, "no_answer")],
)
def test_of_statuses_there_are_few(status: int, word: str) -> None:
    assert status_word(status) == word


async def test_no_label_says_whom_a_call_was_about() -> None:
    send, metrics = watched(Wire(lambda _: Reply(404)))
    await send(WHO)
    labels = [str(sample.labels) for one in metrics.registry.collect() for sample in one.samples]
    assert not [text for text in labels if "jane" in text or "people" in text]


async def test_how_much_of_a_limit_is_used_is_told_at_each_scrape() -> None:
    metrics, clock = Metrics(), HandClock()
    limiter = Limiter((Window(calls=4, seconds=60), Window(calls=10, seconds=1, apis=("a",))), 8, clock)
    show_limits(metrics, "toy", limiter)
    assert value(metrics, "limit_used_ratio", window="4 in 1 min") == 0
    limiter.hold(0, 2, new=True)
    with await limiter.turn():
        assert value(metrics, "limit_used_ratio", window="4 in 1 min") == 0.5, "one of our two"
    assert value(metrics, "limit_used_ratio", window="10 in 1 s (a)") == 0
    clock.now = 60.0
    assert value(metrics, "limit_used_ratio", window="4 in 1 min") == 0
