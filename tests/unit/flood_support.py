"""A router with a flood guard on a tenure on paper: records by their fate, commands, and what it says of itself."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

from router_support import LIMIT_S, PaperTenure, until
from routing_support import DESK, EMAIL, HOME, event, record

from processors.flood import Limits
from schemas.codec import encode
from schemas.records import Command
from streams.flood import RESUME, Watch
from streams.router import RouterWork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka import ConsumerRecord

    from streams.control import Control
    from streams.ownership.tenure import Tenure
    from streams.status import Status

GRANT = event(1, "grant", 0, ["surveys"], identities=[EMAIL])
LIMITS = Limits(run=3, ratio=0)
NEVER_S, AT_ONCE_S = 3600.0, 0.001


def watch(hold_s: float = NEVER_S) -> Watch:
    return Watch(LIMITS, hold_s)


def records(fates: str, offset: int = 0) -> list[ConsumerRecord]:
    """g: good (a repeat is, too); b: rejected; p: a rejected protective one; f: another partition's."""
    protective = event(2, "withdraw", 5, ["surveys"], identities=[EMAIL]).model_copy(update={"controller": "no"})
    away = event(3, "grant", 0, ["surveys"], subject_id=next(s for s in map(str, range(99)) if DESK.home(s) != HOME))
    values = {"g": encode(GRANT), "b": b"garbage", "p": encode(protective), "f": encode(away)}
    return [record(values[fate], number) for number, fate in enumerate(fates, offset)]


def command(until_offset: object, number: int = 1, **more: object) -> bytes:
    given = {
        "command_id": f"c-{number}",
        "name": RESUME,
        "lane": None,
        "args": {str(HOME): str(until_offset)},
        "by": "ops@host",
        "reason": "they are bad",
        "at": 1,
    }
    return encode(Command.parse({**given, **more}))


def give(control: Control, offset: int, value: bytes) -> None:
    control.take(record(value, offset))


@asynccontextmanager
async def running(watch: Watch, tenure: PaperTenure, fates: str = "", offset: int = 0) -> AsyncIterator[RouterWork]:
    """A router that was handed these records; drained at the end."""
    work = RouterWork(DESK, HOME, watch=watch)
    work.feed(records(fates, offset))
    task = asyncio.create_task(work.run(cast("Tenure", tenure)))
    try:
        yield work
    finally:
        work.drain()
        await asyncio.wait_for(task, LIMIT_S)


def problem(status: Status) -> tuple[str, str] | None:
    role = status.roles.get("router")
    return role.problems.get(str(HOME)) if role else None


async def halted(watch: Watch) -> str:
    await until(lambda: problem(watch.status) is not None)
    reason, text = problem(watch.status) or ("", "")
    assert reason == "flood"
    return text


def letters(tenure: PaperTenure) -> list[int]:
    return [offset for commit in tenure.commits for offset in commit.dead_letters()]
