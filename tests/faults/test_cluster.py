"""A run that fails can be judged all the same, and what it asks its workers to suffer they suffer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import checker
import pytest
import scenes
from checker import check
from harness.accounts import Account
from harness.cluster import Cluster

from infra.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MAIL = Account(scenes.MAIL, "zoho_campaigns")
PEOPLE = 20


async def fails(run: Path, act: Callable[[Cluster], Awaitable[None]]) -> None:
    async with Cluster(run, (MAIL,), people=PEOPLE, partitions=1) as cluster:
        await cluster.publisher.publish(scenes.one_each(cluster.people))
        await act(cluster)
        raise AssertionError("on purpose")


async def test_what_a_run_left_undone_when_it_failed_can_be_judged(tmp_path: Path) -> None:
    async def one_is_left(cluster: Cluster) -> None:
        async with scenes.ailing(cluster, Fault(kind="status", status=409, person=cluster.people[0].email)):
            await cluster.start_worker()
            await scenes.all_but_one(cluster)
            assert await cluster.settled(1.0), "not settled"

    with pytest.raises(AssertionError, match="not settled"):
        await fails(tmp_path, one_is_left)
    assert [finding.rule for finding in check(tmp_path)] == ["ending"]
    command = [sys.executable, str(Path(checker.__file__).parent), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: ASYNC221, S603
    assert (told.returncode, told.stdout.splitlines()[-1]) == (1, "1 findings"), told.stderr


async def test_so_can_one_that_failed_while_the_broker_was_away(tmp_path: Path) -> None:
    async def goes_away(cluster: Cluster) -> None:
        async with cluster.broker_away(kill=True):
            raise AssertionError("just then")

    with pytest.raises(AssertionError, match="just then"):
        await fails(tmp_path, goes_away)
    assert {finding.rule for finding in check(tmp_path)} == {"verdict", "due"}


async def test_why_a_run_failed_is_not_hidden_by_what_can_not_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def is_in_the_way(cluster: Cluster) -> None:
        (cluster.run.path / "audit.jsonl").mkdir()

    with pytest.raises(AssertionError, match="on purpose"):
        await fails(tmp_path, is_in_the_way)
    assert "isn't complete: IsADirectoryError" in capsys.readouterr().out
    assert len((tmp_path / "events.jsonl").read_text("utf-8").splitlines()) == PEOPLE


async def test_what_our_own_environment_asks_for_each_worker_suffers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAULTS_PLANT", "nothing_known")
    async with Cluster(tmp_path, (MAIL,), people=PEOPLE, partitions=1) as cluster:
        worker = await cluster.start_worker()
        assert await worker.ended() == 1
        assert "No module named 'harness.plants.nothing_known'" in worker.last_words()
