"""What a tenure held is gone as soon as it is over: nobody may have to wait for the collector, which seldom comes."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from lane_support import LaneUnderTest, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.ownership.owner import Owner

BEN, EVA = (Person(key=key, email=f"{key}@example.com") for key in ("ben", "eva"))


@pytest.fixture
async def lane(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[LaneUnderTest]:
    """One delivery is carried out, one stays parked."""
    sandbox = Sandbox(tmp_path / "ledger.jsonl", limits_scale=1000)
    await sandbox.start()
    sandbox.seed([BEN, EVA])
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", person="ben", status=503))
    lane = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane.retry_budget = 0.1
    await lane.deliver(lane.delivery(EVA, "withdraw"), lane.delivery(BEN, "withdraw"))
    yield lane
    await sandbox.stop()


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def in_hand(owner: Owner) -> weakref.ref[Any]:
    """What the lane has in memory of the partition whose deliveries these are; to be asked whether it still is."""
    work: Any = owner._holdings[0].work
    return weakref.ref(work._core._book.entries)


async def test_a_handover_leaves_nothing_behind(lane: LaneUnderTest) -> None:
    async with lane.working() as owner:
        await lane.settled(2)
        held = in_hand(owner)
        assert held() is not None
    await until(lambda: held() is None)


async def test_a_lost_tenure_leaves_nothing_behind(lane: LaneUnderTest) -> None:
    """Its calls end in errors, and so does the tenure: all of these know where they came from."""
    async with lane.working() as owner:
        await lane.settled(2)
        held, tenure = in_hand(owner), owner._holdings[0].tenure
        assert tenure
        tenure.give_up()
        del tenure
        await lane.deliver(lane.delivery(EVA, "grant", 2), lane.delivery(BEN, "grant", 2))
        await until(lambda: held() is None)
        await lane.settled(3)
