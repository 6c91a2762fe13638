"""When the reader of a role is given up: by what it has read, and only while the broker answers others."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from schemas.errors import StoodStill
from streams.ownership.lookout import LEAST_S, Lookout

EVERY_S = 5.0


class Site:
    """A lookout, and what it looks at. answers: whether the broker does."""

    room: bool

    def __init__(self, *, answers: bool = True, stuck_after: float = 30.0) -> None:
        self.task: Any = SimpleNamespace(done=lambda: False)
        self.watched = 0
        self.room = True
        work = SimpleNamespace(room=lambda: self.room)
        self.holding: Any = SimpleNamespace(unread=0, position=7, work=work, task=self.task, watch=self._watch)
        self.heartbeat = 0.0
        self.asked = 0
        self.now = 0.0

        async def answer(_: Any) -> bool:
            await asyncio.sleep(0)
            self.asked += 1
            return answers

        settings: Any = SimpleNamespace(stuck_after=stuck_after)
        holdings: dict[int, Any] = {3: self.holding}
        self.lookout = Lookout(settings, "router", holdings, lambda: self.heartbeat, answer)

    def _watch(self, _: float) -> None:
        self.watched += 1

    async def after(self, seconds: float, *still: str) -> None:
        """So many s go by in which all goes on but for what is named."""
        until = self.now + seconds
        while self.now < until:
            self.now += EVERY_S
            self.lookout.polls += "polls" not in still
            self.lookout.looks += "looks" not in still
            self.heartbeat += "heartbeat" not in still
            self.holding.position += "position" not in still
            with capture_logs():
                await self.lookout.look(self.now)


async def test_a_reader_that_goes_on_is_left_alone_and_so_is_one_without_anything_to_read() -> None:
    site = Site()
    await site.after(1000)
    await site.after(1000, "position")
    assert (site.asked, site.watched) == (0, 400)


@pytest.mark.parametrize("still", ["polls", "looks", "heartbeat"])
async def test_one_that_stands_still_in_one_way_is_given_up(still: str) -> None:
    site = Site()
    await site.after(LEAST_S - EVERY_S, still)
    with pytest.raises(StoodStill, match="but the broker answers others"):
        await site.after(3 * EVERY_S, still)


async def test_what_is_there_to_be_read_and_is_not_read_counts() -> None:
    site = Site()
    site.holding.unread = 5
    with pytest.raises(StoodStill, match="'read partition 3'"):
        await site.after(2 * LEAST_S, "position")


async def test_where_there_is_no_room_nothing_has_to_be_read() -> None:
    site = Site()
    site.holding.unread, site.room = 5, False
    await site.after(1000, "position")


async def test_a_partitions_task_that_has_ended_counts() -> None:
    site = Site()
    site.task.done = lambda: True
    with pytest.raises(StoodStill, match="'hold partition 3'"):
        await site.after(2 * LEAST_S)


async def test_while_the_broker_answers_nobody_nothing_is_given_up() -> None:
    site = Site(answers=False)
    await site.after(1000, "polls", "looks", "heartbeat")
    assert site.asked > 5
    await site.after(LEAST_S - EVERY_S)


async def test_a_longer_limit_holds_for_readers_too() -> None:
    site = Site(stuck_after=300.0)
    await site.after(290, "polls")
    with pytest.raises(StoodStill):
        await site.after(30, "polls")
