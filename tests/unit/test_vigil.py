"""Work that stands still is broken off, told, and begun anew with growing pauses; in the end not any more."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import until
from structlog.testing import capture_logs

from processors.patience import MOST_REPEATS
from schemas.errors import OwnershipLost, StoodStill
from streams.ownership.holding import Holding
from streams.ownership.vigil import Vigil
from streams.status import Status

if TYPE_CHECKING:
    from collections.abc import Hashable

LIMIT_S = 60.0
SECRET = "ana@example.com"


class Stands:
    """`run` never ends by itself; deaf: not even when it is cancelled."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf = deaf
        self.let_go = asyncio.Event()

    def duties(self) -> dict[str, Hashable]:
        return {"call d-1": 1}

    def drain(self) -> None:
        self.let_go.set()

    async def run(self, _: Any) -> None:
        person = SECRET
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                if not self.deaf:
                    raise
        del person


class Tenure:
    over = False
    start = commits = 0
    bookmark = None
    leaving = False
    told: Any = None

    def give_up(self) -> None:
        self.over = True

    async def close(self) -> None:
        pass


async def watched(vigil: Vigil, work: Any, tenure: Any) -> None:
    """Run it, looking all the time."""
    running = asyncio.create_task(vigil.run(work, tenure))
    now = 0.0
    while not running.done():
        vigil.look(work.duties(), now)
        now += LIMIT_S / 10
        await asyncio.sleep(0.001)
    await running


async def test_work_that_stands_still_is_broken_off_and_the_log_says_where_but_not_with_what() -> None:
    tenure = Tenure()
    with capture_logs() as logs, pytest.raises(StoodStill, match="'call d-1' has not gone on for"):
        await watched(Vigil(LIMIT_S), Stands(), tenure)
    assert tenure.over
    told = str(logs)
    assert "test_vigil.py" in told
    assert "Stands.run" in told
    assert SECRET not in told


async def test_what_does_not_even_end_then_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.ownership.vigil.LEAVE_LIMIT_S", 0.01)
    work, tenure = Stands(deaf=True), Tenure()
    with pytest.raises(StoodStill):
        await watched(Vigil(LIMIT_S), work, tenure)
    assert tenure.over
    work.drain()


async def test_work_that_ends_as_if_it_had_been_cancelled_is_lost_and_not_over() -> None:
    class Stumbles(Stands):
        async def run(self, _: Any) -> None:
            raise asyncio.CancelledError

    work: Any = Stumbles()
    tenure: Any = Tenure()
    with pytest.raises(OwnershipLost, match="from within"):
        await Vigil(LIMIT_S).run(work, tenure)


def a_holding(status: Status, tenures: list[Tenure]) -> Holding:
    """A holding whose takeovers always succeed at once."""

    async def run(*_: Any) -> Tenure:
        tenures.append(Tenure())
        return tenures[-1]

    consumer = SimpleNamespace(assignment=set, resume=lambda _: None)
    takeover: Any = SimpleNamespace(
        role=SimpleNamespace(name="lane toy", topic="t"),
        membership=SimpleNamespace(generation=1),
        consumer=consumer,
        settings=SimpleNamespace(stuck_after=LIMIT_S),
        run=run,
    )
    meter: Any = SimpleNamespace(taken_over=lambda _: None, lost=lambda: None, transaction=None)
    return Holding(takeover, 0, 1, status, meter)


async def test_a_partition_is_taken_over_anew_and_says_so_until_it_has_lasted() -> None:
    status, tenures = Status(), list[Tenure]()
    status.up("lane toy", [0])
    holding = a_holding(status, tenures)
    holding._probation_s = 2.0  # long enough for a slow machine to look in between
    works: list[Any] = [Stands(), SimpleNamespace(run=Stands().run, duties=dict, drain=lambda: None)]
    with capture_logs() as logs:
        holding.begin(lambda _: works[min(len(tenures), 1)])
        now = 0.0

        async def second() -> bool:
            nonlocal now
            now += LIMIT_S / 10
            holding.watch(now)
            return len(tenures) == 2

        await until(second)
        assert status.roles["lane toy"].problems["0"][0] == "stuck"
        await until(lambda: status.ready)
    assert [entry["alarm"] for entry in logs if entry["event"] == "alarm"] == ["stuck"]
    holding.task.cancel()


async def test_after_so_many_times_it_stands_until_the_worker_is_restarted() -> None:
    status, tenures = Status(), list[Tenure]()
    status.up("lane toy", [0])
    holding = a_holding(status, tenures)
    holding._repeats.number = MOST_REPEATS
    holding.begin(lambda _: Stands())  # type: ignore[arg-type,return-value]
    now = 0.0

    async def halted() -> bool:
        nonlocal now
        now += LIMIT_S / 10
        holding.watch(now)
        return "0" in status.roles["lane toy"].problems

    await until(halted)
    assert "not again before the worker is restarted" in status.roles["lane toy"].problems["0"][1]
    assert not holding.task.done()
    holding.end()
    await asyncio.gather(holding.task, return_exceptions=True)
    assert len(tenures) == 1
