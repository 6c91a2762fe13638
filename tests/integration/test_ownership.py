"""Owners in a real group: assignment, hand-over, and what the listener may and may not do."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import TopicPartition
from ownership_support import LIMIT_S, Copy, fresh_role, publish, settings_at, state_of, until
from structlog.testing import capture_logs
from takeover_support import Hand

from schemas.errors import OwnershipLost
from streams.ownership.owner import Owner
from streams.ownership.tenure import CLEAN_KEY
from streams.status import Status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.ownership.membership import Membership
    from streams.ownership.takeover import Role
    from streams.settings import Settings

SESSION_S = 10.0


class Host:
    """One worker's owner of the role, running in this process."""

    def __init__(self, settings: Settings, role: Role, name: str, make: Callable[..., Copy] = Copy) -> None:
        self.log: dict[str, list[Any]] = {"fed": [], "done": [], "loaded": [], "tenures": []}
        self.status = Status()
        self.owner = Owner(settings, role, name, lambda partition: make(role, self.log, partition), self.status)
        self.task: asyncio.Task[None] | None = None

    @property
    def membership(self) -> Membership:
        assert self.owner._membership is not None
        return self.owner._membership

    async def start(self, partitions: int) -> None:
        self.task = asyncio.create_task(self.owner.run())
        await until(lambda: len(self.owner.held) >= partitions)

    async def stop(self) -> None:
        self.owner.stop()
        if self.task:
            await self.task

    def die(self) -> None:
        """As kill -9 would: no hand-over, no goodbye; only the sockets close."""
        if self.task:
            self.task.cancel()


@pytest.fixture
def settings(kafka: KafkaUnderTest, tmp_path: Path) -> Settings:
    return settings_at(kafka.bootstrap, tmp_path, session_s=SESSION_S)


@asynccontextmanager
async def running(host: Host, partitions: int) -> AsyncIterator[Host]:
    await host.start(partitions)
    try:
        yield host
    finally:
        await host.stop()


async def test_records_are_worked_once_and_a_restart_goes_on_where_it_stood(settings: Settings) -> None:
    role = await fresh_role(settings)
    await publish(settings, role, b"a", b"b")
    async with running(Host(settings, role, "w1"), 1) as first:
        await until(lambda: first.log["done"] == [b"a", b"b"])
    await publish(settings, role, b"c")
    async with running(Host(settings, role, "w1"), 1) as second:
        await until(lambda: second.log["done"] == [b"c"])
        assert second.log["loaded"][0].keys() == {b"a", b"b"}


async def test_no_record_reaches_the_work_before_the_takeover_is_done(settings: Settings) -> None:
    role = await fresh_role(settings)
    await publish(settings, role, *[b"%d" % number for number in range(50)])

    class Slow(Copy):
        def load(self, pairs: Any) -> None:
            time.sleep(0.5)  # in a thread: the group goes on
            super().load(pairs)

    async with running(Host(settings, role, "w1"), 1) as first:
        await until(lambda: len(first.log["done"]) == 50)
    await publish(settings, role, *[b"late %d" % number for number in range(50)])
    async with running(Host(settings, role, "w1", Slow), 1) as second:
        await until(lambda: len(second.log["done"]) == 50)
        assert len(second.log["fed"]) == 50
        assert second.log["done"][0] == b"late 0"


async def test_a_partition_is_paused_from_its_assignment_to_the_end_of_its_takeover(settings: Settings) -> None:
    role = await fresh_role(settings)
    await publish(settings, role, b"a")
    async with running(Host(settings, role, "w1"), 1) as first:
        await until(lambda: first.log["done"] == [b"a"])
    restoring, go_on = threading.Event(), threading.Event()

    class Waits(Copy):
        def load(self, pairs: Any) -> None:
            restoring.set()
            go_on.wait(LIMIT_S)
            super().load(pairs)

    second = Host(settings, role, "w1", Waits)
    place = TopicPartition(role.topic, 0)
    starting = asyncio.create_task(second.start(1))
    await until(restoring.is_set)
    assert place in second.owner._consumer.paused()
    go_on.set()
    await starting
    assert place not in second.owner._consumer.paused()
    await second.stop()


async def test_a_planned_stop_leaves_the_group_so_the_next_worker_need_not_wait_a_session(settings: Settings) -> None:
    settings = settings.model_copy(update={"session_timeout": 2 * LIMIT_S})
    role = await fresh_role(settings, partitions=2)
    first, second = Host(settings, role, "w1"), Host(settings, role, "w2")
    await first.start(2)
    await first.stop()
    await second.start(2)
    assert all(tenure.clean for tenure in second.log["tenures"])
    await second.stop()


async def test_partitions_are_handed_over_cleanly_when_a_worker_joins(settings: Settings) -> None:
    role = await fresh_role(settings, partitions=2)
    first, second = Host(settings, role, "w1"), Host(settings, role, "w2")
    await first.start(2)
    await publish(settings, role, b"a")
    await until(lambda: first.log["done"] == [b"a"])
    await second.start(1)
    await until(lambda: len(first.owner.held) == 1)
    assert second.log["tenures"][0].clean
    for host in (first, second):
        await host.stop()


async def test_an_error_in_a_transaction_leads_to_a_new_takeover_and_nothing_is_lost(settings: Settings) -> None:
    role = await fresh_role(settings)

    class Stumbles(Copy):
        def out(self, value: bytes) -> Any:
            first_time = self.log.setdefault("stumbled", []) == [] and value == b"b"
            if first_time:
                self.log["stumbled"].append(value)
                tenure: Any = self.log["tenures"][-1]
                tenure._over = True
            return super().out(value)

    async with running(Host(settings, role, "w1", Stumbles), 1) as host:
        await publish(settings, role, b"a", b"b", b"c")
        await until(lambda: host.log["done"] == [b"a", b"b", b"c"])
        assert len(host.log["tenures"]) == 2


async def test_the_work_of_one_partition_may_break_without_harm_to_the_other(settings: Settings) -> None:
    role = await fresh_role(settings, partitions=2)

    class Breaks(Copy):
        async def run(self, tenure: Any) -> None:
            if self.partition == 0:
                raise ValueError("a bug")
            await super().run(tenure)

    host = Host(settings, role, "w1", Breaks)
    await host.start(1)
    await publish(settings, role, b"a", partition=1)
    await until(lambda: host.log["done"] == [b"a"])
    await until(lambda: host.status.roles[role.name].problems.get("0", ("", ""))[0] == "ValueError")
    assert not host.status.ready
    await host.stop()


async def test_whoever_is_cut_off_from_the_group_may_not_act_after_half_a_session(settings: Settings) -> None:
    role = await fresh_role(settings)
    async with running(Host(settings, role, "w1"), 1) as host:
        tenure = host.log["tenures"][0]
        tenure.permit()
        membership = host.membership
        membership.good_at = membership._clock() - SESSION_S / 2 - 0.01
        with pytest.raises(OwnershipLost, match="no lease"):
            tenure.permit()


async def test_heartbeats_renew_the_lease(settings: Settings) -> None:
    role = await fresh_role(settings)
    async with running(Host(settings, role, "w1"), 1) as host:
        membership = host.membership
        before = membership.good_at
        await until(lambda: membership.good_at > before)
        assert membership.has_lease()


async def test_after_a_crash_the_end_is_not_clean(settings: Settings) -> None:
    role = await fresh_role(settings)
    first = Host(settings, role, "w1")
    await first.start(1)
    await publish(settings, role, b"a")
    await until(lambda: first.log["done"] == [b"a"])
    first.owner._end = _nothing  # type: ignore[method-assign,assignment]  # no hand-over
    first.die()
    async with running(Host(settings, role, "w1"), 1) as second:
        assert not second.log["tenures"][0].clean
        assert (await state_of(settings, role)).get(CLEAN_KEY) is None


async def _nothing(_: Any) -> None:
    return


async def test_a_bookmark_that_fell_back_behind_what_was_confirmed_is_told_in_the_next_generation(
    settings: Settings,
) -> None:
    role = await fresh_role(settings)
    await publish(settings, role, b"a", b"b")
    async with running(Host(settings, role, "w1"), 1) as host:
        await until(lambda: host.log["done"] == [b"a", b"b"])
        with capture_logs() as logs:
            tenure = await Hand(settings, role, host.owner._consumer).take()
            await tenure.commit([], 1)  # as if the broker had undone the second one
            await tenure.close()
            host.owner._consumer._coordinator.request_rejoin()
            await until(lambda: host.log["done"] == [b"a", b"b", b"b"])
        (alarm,) = [entry for entry in logs if entry.get("alarm") == "confirmed_undone"]
        assert (alarm["confirmed"], alarm["stands"]) == (2, 1)
