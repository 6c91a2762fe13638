"""A run that fails leaves all that its judge wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checker import check
from checker.rundir import Run
from harness.cluster import Cluster
from harness.workload import make_records
from sizes import READY_S, SEED

from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 20


class GivenUpError(Exception):
    """In place of whatever a test finds."""


async def given_up(path: Path) -> None:
    async with Cluster(path, people=COUNT, seed=SEED) as cluster:
        await cluster.start_worker("w1")
        records = make_records(COUNT, cluster.people, cluster.settings.partitions, SEED, now_micros())
        await cluster.publisher.publish(records)
        assert await cluster.settled(READY_S)
        await cluster.kill("w1")
        raise GivenUpError


async def test_a_run_that_is_given_up_can_be_judged(tmp_path: Path) -> None:
    with pytest.raises(GivenUpError):
        await given_up(tmp_path)
    run = Run(tmp_path)
    assert len(run.log) == COUNT
    assert run.vendors
    assert check(tmp_path) == []
