"""When a partition that came to nothing several times counts as working again."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from ownership_support import until
from structlog.testing import capture_logs

from schemas.errors import OwnershipLost
from streams.ownership.holding import FRUITLESS, LONGEST_ABSENCE_S, Holding
from streams.status import Status

PROBATION_S = 0.05


class Takeover:
    """Succeeds at once, as often as it is asked, after so many failures."""

    def __init__(self, failures: int = 0) -> None:
        self._failures = failures

    role = SimpleNamespace(name="router", topic="t")
    membership = SimpleNamespace(generation=1)
    settings = SimpleNamespace(stuck_after=60.0)
    consumer = SimpleNamespace(assignment=set, resume=lambda _: None)

    async def run(self, partition: int, generation: int, load: Any) -> Any:
        del partition, generation, load
        self._failures -= 1
        if self._failures >= 0:
            raise OwnershipLost("a test wants it")

        async def close() -> None:
            pass

        return SimpleNamespace(start=0, commits=0, bookmark=None, leaving=False, told=None, close=close)


class Work:
    """`run` lasts until drained, or loses the partition after so many s."""

    def __init__(self, lost_after_s: float | None = None) -> None:
        self._lost_after_s = lost_after_s
        self._drained = asyncio.Event()

    def drain(self) -> None:
        self._drained.set()

    async def run(self, _: Any) -> None:
        try:
            await asyncio.wait_for(self._drained.wait(), self._lost_after_s)
        except TimeoutError:
            raise OwnershipLost("a test wants it") from None


@pytest.fixture
def status() -> Status:
    status = Status()
    status.up("router", [0])
    return status


def a_holding(status: Status, failures: int = 0) -> Holding:
    meter: Any = SimpleNamespace(taken_over=lambda _: None, lost=lambda: None, transaction=None)
    takeover: Any = Takeover(failures)
    return Holding(takeover, 0, 1, status, meter)


@pytest.fixture
def holding(status: Status) -> Holding:
    """One that has come to nothing so often that it counts as halted."""
    holding = a_holding(status)
    holding._fruitless, holding._told = FRUITLESS, "no_progress"
    holding._probation_s = PROBATION_S
    status.halt("router", 0, "no_progress", "a test wants it")
    return holding


async def test_it_works_again_when_a_tenure_lasts_although_there_is_nothing_to_commit(
    holding: Holding, status: Status
) -> None:
    work: Any = Work()
    holding.begin(lambda _: work)
    await until(lambda: status.roles["router"].state == "up")
    holding.end()
    await holding.task


async def test_a_tenure_that_soon_breaks_changes_nothing(holding: Holding, status: Status) -> None:
    work: Any = Work(lost_after_s=PROBATION_S / 10)
    with pytest.raises(OwnershipLost):
        await holding._own(work)
    await asyncio.sleep(2 * PROBATION_S)
    assert status.roles["router"].state == "halted"
    assert holding._fruitless > FRUITLESS


@pytest.mark.parametrize(("confirmed", "alarms"), [(0, []), (5, ["confirmed_undone"])])
async def test_a_bookmark_before_what_was_confirmed_alarms_once(
    status: Status, confirmed: int, alarms: list[str]
) -> None:
    holding = a_holding(status)
    work: Any = Work()
    with capture_logs() as logs:
        holding.begin(lambda _: work, confirmed)
        await until(lambda: bool(holding.work))
    assert [entry["alarm"] for entry in logs if entry["event"] == "alarm"] == alarms
    holding.end()
    await holding.task


async def test_after_failed_takeovers_it_is_tried_often_and_the_first_good_one_counts(status: Status) -> None:
    holding = a_holding(status, failures=12)
    work: Any = Work()
    pauses = []
    for _ in range(12):
        with pytest.raises(OwnershipLost) as lost:
            await holding._own(work)
        pauses.append(holding._lost(lost.value))
    assert pauses == [0.5, 1.0, *[LONGEST_ABSENCE_S] * 10]
    assert status.roles["router"].state == "halted"
    holding.begin(lambda _: work)
    await until(lambda: status.roles["router"].state == "up")
    holding.end()
    await holding.task


async def test_tenures_that_commit_nothing_come_ever_more_seldom_and_count_as_halted(status: Status) -> None:
    holding = a_holding(status)
    pauses = []
    for _ in range(FRUITLESS + 3):
        work: Any = Work(lost_after_s=0.001)
        with pytest.raises(OwnershipLost) as lost:
            await holding._own(work)
        pauses.append(holding._lost(lost.value))
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert status.roles["router"].state == "halted"


def test_the_pause_stays_short_however_long_the_outage_lasts(status: Status) -> None:
    holding = a_holding(status)
    holding._failed = holding._fruitless = 5000
    assert holding._lost(OwnershipLost("a test wants it")) == LONGEST_ABSENCE_S


async def test_what_the_work_itself_told_is_not_taken_back_by_its_lasting(holding: Holding, status: Status) -> None:
    work: Any = Work()
    holding.begin(lambda _: work)
    await until(lambda: bool(holding.work))
    status.halt("router", 0, "flood", "a test wants it")
    await asyncio.sleep(2 * PROBATION_S)
    assert status.roles["router"].problems["0"][0] == "flood"
    holding.end()
    await holding.task
