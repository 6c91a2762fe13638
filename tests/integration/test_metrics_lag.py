"""How far behind an owner is, on a real broker: what it has in hand, and what it has not even read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ownership_support import Copy, fresh_role, publish, settings_at, until

from streams.metrics.registry import Metrics
from streams.ownership.owner import Owner
from streams.status import Status

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.ownership.tenure import Tenure


class Full(Copy):
    """Takes nothing in until there is something under `open`."""

    def room(self) -> bool:
        return bool(self.log.get("open"))


class Failing(Copy):
    async def run(self, tenure: Tenure) -> None:
        del tenure
        raise ValueError("broken work")


async def test_a_paused_partition_knows_what_it_has_not_read(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    settings, metrics = settings_at(kafka.bootstrap, tmp_path), Metrics()
    role = await fresh_role(settings)
    log: dict[str, list[object]] = {}
    owner = Owner(settings, role, "w1", lambda number: Full(role, log, number), Status(), metrics=metrics)
    running = asyncio.create_task(owner.run())
    await until(lambda: owner.held == [0] and bool(owner._consumer.paused()))
    await publish(settings, role, *(b"%d" % number for number in range(20)))
    await until(lambda: sum(reading.lag_records for reading in owner.readings()) == 20)
    await until(lambda: owner.readings()[0].oldest_s > 2)
    log["open"] = ["now"]
    await until(lambda: [(one.lag_records, one.oldest_s) for one in owner.readings()] == [(0, 0.0)])
    owner.stop()
    await running
    labels = {"role": role.name, "lane": ""}
    read = metrics.registry.get_sample_value
    assert read("consent_relay_takeover_seconds_count", labels) == 1
    assert (read("consent_relay_transaction_records_sum", labels) or 0) >= 20


async def test_a_partition_whose_work_fails_grows_old(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    settings, status = settings_at(kafka.bootstrap, tmp_path), Status()
    role = await fresh_role(settings)
    await publish(settings, role, b"stuck")
    owner = Owner(settings, role, "w1", lambda number: Failing(role, {}, number), status)
    running = asyncio.create_task(owner.run())
    await until(lambda: status.roles[role.name].state == "halted" if role.name in status.roles else False)
    before = owner.readings()[0].oldest_s
    await until(lambda: owner.readings()[0].oldest_s > before + 2)
    owner.stop()
    await running
