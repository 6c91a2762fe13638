"""The engine against the sandbox's limits over real HTTP; both live on one clock that is moved by hand."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from engine_support import HandClock, Lane
from sandbox_support import tables
from vendor_support import instruction

from infra.sandbox import Sandbox
from infra.sandbox.limits import Limit
from processors.engine.connect import connectors
from processors.engine.transport import http_transport
from schemas.connections import parse_config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from processors.engine.run import Connector
    from processors.engine.transport import Request, Transport
    from processors.vendors.base import Reply

SHORT, LONG = (20, 10.0), (50, 60.0)
VERB = "contactdonotmail"
SANDBOX_LIMITS = {VERB: [Limit(calls, seconds, lock_s=1800) for calls, seconds in (SHORT, LONG)]}
OUR_LIMITS = [{"calls": calls, "seconds": seconds, "lock_s": 1800} for calls, seconds in (SHORT, LONG)]


class Line:
    """Requests take a while there and back; while the sandbox has one, time stands still."""

    def __init__(self, transport: Transport, clock: HandClock) -> None:
        self._transport, self._clock = transport, clock
        self._random = Random(7)
        self.busy = 0

    async def __call__(self, request: Request) -> Reply:
        await self._clock.sleep(self._random.uniform(0, 0.3))
        self.busy += 1
        try:
            reply = await self._transport(request)
        finally:
            self.busy -= 1
        await self._clock.sleep(self._random.uniform(0, 0.3))
        return reply

    async def settle(self) -> None:
        """Until nothing happens any more without time passing."""
        quiet = 0
        while quiet < 20:
            quiet = 0 if self.busy else quiet + 1
            await asyncio.sleep(0.001 if self.busy else 0)


@asynccontextmanager
async def campaigns(limits: list[dict[str, Any]]) -> AsyncIterator[tuple[Sandbox, Connector, HandClock, Line]]:
    clock = HandClock(wall=float(int(time.time())))
    sandbox = Sandbox(clock=clock.wall, limits=SANDBOX_LIMITS)
    await sandbox.start()
    table = tables(sandbox)["zoho-campaigns"] | {"limits": limits, "concurrency": 16}
    config = {"controllers": {"c": {"policy": "p"}}, "connections": {"x": table}}
    settings = sandbox.settings
    try:
        async with http_transport() as transport:
            line = Line(transport, clock)
            ready = connectors(
                parse_config(config, "test"), lambda n: getattr(settings, f"zoho_{n}"), line, clock=clock
            )
            ready["x"].limiter.hold(0, 1, new=True)
            yield sandbox, ready["x"], clock, line
    finally:
        await sandbox.stop()


async def withdraw(connector: Connector, clock: HandClock, line: Line, people: int) -> None:
    some = [
        instruction("withdraw", delivery_id=str(n), emails=(f"p{n}@x.test",), all_purposes=True)
        for n in range(people)
    ]
    work = asyncio.create_task(Lane().carry_out(connector, some))
    await line.settle()
    while not work.done():
        clock.wake_next()
        await line.settle()


async def test_a_busy_engine_is_never_refused_and_uses_nearly_all_that_the_vendor_allows() -> None:
    async with campaigns(OUR_LIMITS) as (sandbox, connector, clock, line):
        await withdraw(connector, clock, line, people=210)
        answers = sandbox.engines["zoho_campaigns"].served
        times = [entry.at / 1e6 for entry in sandbox.world.ledger.entries if entry.verb == VERB]
        assert answers == {(VERB, 200): 210}, "a call too many would have locked the API for half an hour"
        assert len(times) == 210
        calls, seconds = LONG
        since, windows = times[0] + seconds, 3
        seen = sum(since <= at < since + windows * seconds for at in times)
        assert seen >= 0.95 * calls * windows, f"{seen} of {calls * windows}"


@pytest.mark.parametrize("limits", [[], OUR_LIMITS[:1], OUR_LIMITS[1:]])
async def test_without_one_of_the_windows_the_vendor_would_refuse(limits: list[dict[str, Any]]) -> None:
    async with campaigns(limits) as (sandbox, connector, clock, line):
        await withdraw(connector, clock, line, people=55)
        assert sandbox.engines["zoho_campaigns"].served[VERB, 400] > 0
