"""The shell around the lane core: it wakes in time, rests in between, commits what is decided, and ends cleanly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import REJECTED, delivery
from engine_support import CONNECTION, DONE, Wire, connector
from routing_support import SEALS

from processors.vendors.base import Reply
from schemas.codec import decode, encode
from schemas.errors import OwnershipLost
from schemas.events import Identity
from schemas.records import AuditRecord, Command
from schemas.times import DAY
from streams import topics
from streams.lanes.bench import Bench
from streams.lanes.orders.pausing import PAUSE, RESUME
from streams.lanes.work import LaneWork
from streams.outbox import Out
from streams.ownership.tenure import now_micros
from streams.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DOWN, REFUSES = Reply(503), Reply(401)


@dataclass
class Paper:
    """A tenure that writes on paper. `ends`: how each commit was marked."""

    partition: int = 0
    start: int = 0
    bookmark: Any = None
    clean: bool = True
    new: bool = True
    offset: int = 0
    outcomes: list[str | None] = field(default_factory=list)
    ends: list[bool | None] = field(default_factory=list)

    def permit(self) -> None:
        pass

    def kept(self, *_: Any) -> None:
        return None

    def marked(self, *_: Any) -> None:
        return None

    def mark(self, key: bytes, *_: int) -> Out:
        return Out("consent.lane-state.toy", self.partition, key, b"")

    drop = mark

    def keep(self, key: bytes, record: Any) -> Out:
        return Out("consent.lane-state.toy", self.partition, key, encode(record))

    async def commit(
        self, outs: Iterable[Out], offset: int, settled: Iterable[int] = (), *, clean: bool | None = None
    ) -> None:
        del settled
        await asyncio.sleep(0)
        self.offset = offset
        self.ends.append(clean)
        self.outcomes += [decode(AuditRecord, out.value or b"").outcome for out in outs if out.topic == topics.AUDIT]


def record(offset: int, pid: str = "p1.ana") -> Any:
    sealed = SEALS.seal_identities([Identity(type="email", value="a@example.com")], pid, f"event-{offset}")
    one = delivery(offset, pid=pid, sealed=sealed, due_at=now_micros() + DAY)
    return SimpleNamespace(offset=offset, value=encode(one), timestamp=0)


def control_record(name: str, number: int) -> Any:
    """A command to the lane."""
    given = Command(command_id=f"c-{number}", name=name, lane="toy", args={}, by="ops", reason="Sunday", at=1)
    return SimpleNamespace(offset=number, value=encode(given))


def bench(wire: Any, connection: dict[str, Any] | None = None, **more: Any) -> Bench:
    """Parks at once, and tries again within some ms."""
    ready = connector(wire, connection=CONNECTION.model_copy(update={"retry_ceiling_s": 0.02, **(connection or {})}))
    return Bench(ready, SEALS, Status(), 1, 0.0, 0.001, **more)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.001)


async def ended(work: LaneWork, running: asyncio.Task[None]) -> None:
    work.drain()
    await asyncio.wait_for(running, 10)


async def test_what_keeps_failing_is_parked_and_delivered_in_its_time_without_anybody_asking() -> None:
    answers = iter([DOWN, DOWN, DOWN])
    tenure, work = Paper(), LaneWork(bench(Wire(lambda _: next(answers, DONE))), 0)
    running = asyncio.create_task(work.run(tenure))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    work.feed([record(0)])
    await until(lambda: "executed" in tenure.outcomes)
    await ended(work, running)
    assert tenure.outcomes == ["parked", "parked", "parked", "executed"]
    assert (tenure.offset, tenure.ends[-1]) == (1, True)


async def test_while_it_waits_it_rests() -> None:
    wire = Wire(lambda _: REFUSES)
    tenure, work = Paper(), LaneWork(bench(wire), 0)
    looks: list[float] = []
    start = work._core.start

    def watched(now: Any) -> Any:
        looks.append(now.steady)
        return start(now)

    work._core.start = watched  # type: ignore[method-assign]
    running = asyncio.create_task(work.run(tenure))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    work.feed([record(number, f"p1.{number}") for number in range(20)])
    await until(lambda: work._bench.breaker.cause == "refused" and not work._running)
    await asyncio.sleep(0)
    before = len(looks)
    await asyncio.sleep(0.2)
    assert len(looks) - before < 5, "it comes back when the pause is over, and not before"
    await ended(work, running)
    assert (tenure.outcomes, tenure.offset, tenure.ends[-1]) == ([], 0, True)
    assert work._bench.status.roles["lane toy"].state == "halted"


async def test_a_pause_breaks_off_what_has_not_gone_out_and_finishes_what_has() -> None:
    answer, asked = asyncio.Event(), list[str]()

    async def slow(request: Any) -> Reply:
        asked.append(request.body.decode())
        await answer.wait()
        return DONE

    mine = bench(slow, {"concurrency": 1})  # the second call waits for the first
    tenure, work = Paper(), LaneWork(mine, 0)
    running = asyncio.create_task(work.run(tenure))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    work.feed([record(0, "p1.ana"), record(1, "p1.ben")])
    await until(lambda: len(asked) == 1 and len(work._running) == 2)
    mine.control.take(control_record(PAUSE, 0))
    await until(lambda: len(work._running) == 1)
    answer.set()
    await until(lambda: tenure.offset == 1 and not work._running)
    assert (len(asked), tenure.outcomes) == (1, [None, "executed"])
    mine.control.take(control_record(RESUME, 1))
    await until(lambda: tenure.offset == 2)
    assert (len(asked), tenure.outcomes) == (2, [None, "executed", None, "executed"])
    await ended(work, running)


async def test_a_probe_that_is_broken_off_before_it_began_makes_room_for_another_partition() -> None:
    clock = SimpleNamespace(now=0.0)
    mine = bench(Wire(lambda _: DONE), steady=lambda: clock.now)
    mine.breaker.end("p", [REJECTED], 0.0, probe=False)
    clock.now = 6.0
    work, tenure = LaneWork(mine, 0), Paper()
    work._core.begin(0, (), mine.now())
    work.feed([record(0)])
    (probe,) = work._core.start(mine.now())
    assert not mine.breaker.allows(clock.now)
    work._begin(probe, tenure)  # type: ignore[arg-type]
    (task,) = work._running
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert mine.breaker.allows(clock.now)


async def test_a_commit_that_fails_ends_the_tenure_at_once_though_nothing_else_happens() -> None:
    class Torn(Paper):
        async def commit(self, *_: Any, **__: Any) -> None:
            await asyncio.sleep(0)
            raise OwnershipLost("fenced")

    work = LaneWork(bench(Wire(lambda _: DONE)), 0)
    running = asyncio.create_task(work.run(Torn()))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    work.feed([record(0)])
    with pytest.raises(OwnershipLost):
        await asyncio.wait_for(running, 60)
