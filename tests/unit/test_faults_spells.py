"""A vendor's bad spell strikes somebody, where anybody calls."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

from harness.network import AWAY_S
from harness.rundir import RunDir
from harness.spells import spell

from infra.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from harness.cluster import Cluster


class Calling:
    """No cluster: calls come to a vendor's sandbox only at that look at it."""

    def __init__(self, directory: Path, at_look: int | None) -> None:
        self.run = RunDir(directory)
        self.sandboxes = {"crm": Sandbox()}
        self._at_look = at_look
        self.looks = 0

    @asynccontextmanager
    async def fault(self, *_: str) -> AsyncIterator[None]:
        yield

    async def wait(self, until: Callable[[], bool], within_s: float) -> bool:
        assert within_s == AWAY_S
        for self.looks in range(1, 4):
            if self.looks == self._at_look:
                self.call()
            if until():
                return True
        return False

    def call(self) -> None:
        self.sandboxes["crm"].world.faults.strike("hubspot", "delete", set)


async def bad_spell(cluster: Calling, *, calls: int) -> list[int]:
    """How many calls it struck, of so many while it was to last; it is over then."""
    async with spell(cast("Cluster", cluster), "vendor slow", "crm"):
        for _ in range(calls):
            cluster.call()
    assert not cluster.sandboxes["crm"].world.faults.armed()
    return [line["struck"] for line in cluster.run.lines("spells.jsonl")]


async def test_a_spell_that_has_struck_somebody_ends_in_time(tmp_path: Path) -> None:
    cluster = Calling(tmp_path, at_look=3)
    assert await bad_spell(cluster, calls=2) == [2]
    assert cluster.looks == 1


async def test_one_that_has_struck_nobody_goes_on_until_it_does(tmp_path: Path) -> None:
    cluster = Calling(tmp_path, at_look=2)
    assert await bad_spell(cluster, calls=0) == [1]
    assert cluster.looks == 2


async def test_where_nobody_calls_at_all_it_ends_all_the_same(tmp_path: Path) -> None:
    assert await bad_spell(Calling(tmp_path, at_look=None), calls=0) == [0]
