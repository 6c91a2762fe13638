"""What a router partition should do now: nothing when there is nothing, or when it is halted."""

from __future__ import annotations

from typing import Any

from flood_support import halted, records, running, watch
from router_support import PaperTenure, until


async def test_one_with_nothing_to_read_has_nothing_to_do() -> None:
    async with running(watch(), PaperTenure()) as work:
        await until(lambda: work._gate is not None)
        assert work.duties() == {}


async def test_one_that_is_halted_waits_for_a_person() -> None:
    seen = watch()
    async with running(seen, PaperTenure(), "ggbbbbg") as work:
        await halted(seen)
        assert work._waiting
        assert work.duties() == {}


async def test_what_waits_is_to_be_worked_and_each_step_shows() -> None:
    tenure, seen = PaperTenure(), watch()
    async with running(seen, tenure) as work:
        await until(lambda: work._gate is not None)
        work.feed(records("gg"))
        before: Any = work.duties()
        assert before.keys() == {"batch"}
        await until(lambda: not work._waiting)
        work.feed(records("gg", 2))
        assert work.duties() != before
