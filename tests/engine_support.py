"""A clock that is moved by hand, a function as transport, and a small vendor of our own."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from vendor_support import instruction

from processors.engine.caller import Caller
from processors.engine.connect import windows_of
from processors.engine.fixed import Fixed
from processors.engine.limiter import Limiter
from processors.engine.run import Connector, Outcome
from processors.vendors.base import Call, Instruction, Note, Options, Reply, Result, Vendor
from processors.vendors.capability import Capability
from schemas.connections import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.engine.auth import Auth
    from processors.engine.transport import Request
    from processors.vendors.base import Script
    from schemas.records import Action


class HandClock:
    """Sleepers wake in the order of their times; `run` lets time pass as fast as they allow."""

    def __init__(self, wall: float = 1_000_000.0) -> None:
        self.now = 0.0
        self._wall = wall
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def wall(self) -> float:
        return self._wall + self.now

    def steady(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._count), woken))
        await woken

    @property
    def sleeping(self) -> int:
        return sum(not woken.done() for _, _, woken in self._sleepers)

    async def run(self, *tasks: asyncio.Task[Any]) -> None:
        """Until all tasks are done."""
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            self.wake_next()

    def wake_next(self) -> None:
        """Let time pass until the next sleeper wakes, if anybody sleeps."""
        while self._sleepers:
            at, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():  # else whoever slept has given up
                self.now = max(self.now, at)
                woken.set_result(None)
                return


class Toy(Vendor):
    """A small vendor. It gets its name after it was made, so that it isn't registered."""

    base_url = "https://toy.example"
    channels = ("email",)
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(),
        "withdraw": Capability(),
        "delete": Capability(idempotent=False, batch=2),
    }
    identifies_by = ("email",)
    auth = "none"
    limits = ()

    def withdraw(self, instruction: Instruction) -> Script:
        (email,) = instruction.need("email")
        reply = yield Call("POST", "/withdraw", params={"who": email}, json={"email": email})
        return Result(reply.json()["outcome"], evidence=reply.evidence())


Toy.name = "toy"
Toy.title = "Toy"
Toy.docs = "https://toy.example/docs"

CONNECTION = Connection(name="toy", controller="c", adapter="toy", serves=("r",), mode="live")
DONE = Reply(200, {}, b'{"outcome": "executed"}')


@dataclass
class Wire:
    """A transport: answers by a function, remembers the requests."""

    answer: Callable[[Request], Reply]
    requests: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        await asyncio.sleep(0)
        return self.answer(request)


def connector(
    transport: Any,
    *,
    vendor: Vendor | None = None,
    auth: Auth | None = None,
    connection: Connection = CONNECTION,
    clock: HandClock | None = None,
) -> Connector:
    clock = clock or HandClock()
    vendor = vendor or Toy(Options())
    limiter = Limiter(windows_of(connection, vendor), connection.concurrency, clock)
    limiter.hold(0, 1, new=True)
    caller = Caller(connection, vendor, transport=transport, auth=auth or Fixed(), limiter=limiter, clock=clock)
    return Connector(connection, vendor, caller, limiter, keyed=str)  # hashes stay as the adapter has them


@dataclass
class Lane:
    """What a lane gives the engine: a place for notes, and permission."""

    notes: list[Note] = field(default_factory=list)
    refuse_from: int | None = None
    asked: int = 0
    error: Exception | None = None

    async def note(self, note: Note) -> None:
        await asyncio.sleep(0)
        self.notes.append(note)

    def permit(self) -> AbstractContextManager[None]:
        self.asked += 1
        if self.error is not None and self.refuse_from is not None and self.asked >= self.refuse_from:
            raise self.error
        return nullcontext()

    async def carry_out(self, connector: Connector, instructions: Sequence[Instruction]) -> dict[str, Outcome]:
        return await connector.carry_out(instructions, note=self.note, permit=self.permit)


async def withdraw(answer: Callable[[Request], Reply], **more: Any) -> tuple[Any, Wire]:
    """The outcome of one withdrawal, and the wire with its requests."""
    wire = Wire(answer)
    outcomes = await Lane().carry_out(connector(wire, **more), [instruction("withdraw")])
    return outcomes["d1"], wire
