"""A role that fails, in whatever way, is told and begun anew; one that ends all the same is noticed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import until
from structlog.testing import capture_logs

from schemas.errors import StoodStill
from streams import services
from streams.metrics.registry import Metrics
from streams.services import Runner
from streams.status import ROLE, Status

if TYPE_CHECKING:
    from collections.abc import Callable


def a_runner(monkeypatch: pytest.MonkeyPatch, make_owner: Callable[[], Any]) -> Runner:
    monkeypatch.setattr(services, "Owner", lambda *_, **__: make_owner())
    monkeypatch.setattr(services, "FIRST_RESTART_S", 0.01)
    stage: Any = SimpleNamespace(role=SimpleNamespace(name="router"), make_work=None)
    settings: Any = None
    return Runner(settings, stage, "w1", Status(), Metrics())


class Owner:
    def __init__(self, error: BaseException | None = None) -> None:
        self._error = error
        self._stop = asyncio.Event()

    async def run(self) -> None:
        if self._error:
            raise self._error
        await self._stop.wait()

    def stop(self) -> None:
        self._stop.set()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("a bug"), "ValueError"),
        (StoodStill("the reader"), "stuck"),
        (asyncio.CancelledError(), "CancelledError"),  # as a Kafka client lets it out when its own tasks end
    ],
)
async def test_it_is_begun_anew(monkeypatch: pytest.MonkeyPatch, error: BaseException, reason: str) -> None:
    made: list[Owner] = []

    def make() -> Owner:
        made.append(Owner(error if not made else None))
        return made[-1]

    runner = a_runner(monkeypatch, make)
    with capture_logs() as logs:
        running = asyncio.create_task(runner.run())
        await until(lambda: len(made) == 2)
    runner.stop()
    await running
    assert [entry["reason"] for entry in logs if entry["event"] == "role_halted"] == [reason]


async def test_an_owner_that_cant_even_be_made_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def make() -> Any:
        tries.append(1)
        raise OSError("no such certificate")

    runner = a_runner(monkeypatch, make)
    with capture_logs():
        running = asyncio.create_task(runner.run())
        await until(lambda: len(tries) > 1)
        runner.stop()
        await running


async def test_a_task_that_ends_by_itself_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = a_runner(monkeypatch, Owner)
    with capture_logs() as logs:
        running = asyncio.create_task(runner.run())
        running.add_done_callback(runner.ended)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.sleep(0)
    assert [entry["alarm"] for entry in logs if entry["event"] == "alarm"] == ["role_ended"]
    assert runner._status.roles["router"].problems[ROLE][0] == "ended"
