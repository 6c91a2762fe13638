"""Scripts, alone and in batches: what they are given, when they may go on, and how they end."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest
from engine_support import CONNECTION, DONE, HandClock, Lane, Toy, Wire, connector, withdraw
from vendor_support import EMAIL, instruction

from processors.vendors.base import BatchScript, Call, Instruction, Note, Options, Reply, Result, Script
from schemas.errors import OwnershipLost, VendorRefused, VendorUnavailable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.engine.transport import Request


class Scripted(Toy):
    """Runs a script that the test gives it."""

    def __init__(self, script: Callable[[Any], Any]) -> None:
        super().__init__(Options())
        self._script = script

    def withdraw(self, instruction: Instruction) -> Script:
        return self._script(instruction)  # type: ignore[no-any-return]

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return self._script(instructions)  # type: ignore[no-any-return]


async def test_calls_side_by_side_are_under_way_together_and_one_failure_says_nothing_of_the_others() -> None:
    under_way, most = 0, 0

    async def send(request: Request) -> Reply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return DONE if request.url.endswith("good") else Reply(404)

    def script(_: Instruction) -> Script:
        answers = yield (Call("GET", "/good"), Call("GET", "/bad"), Call("GET", "/good"))
        assert [type(answer) for answer in answers] == [Reply, VendorRefused, Reply]
        return Result("executed")

    lane = Lane()
    outcomes = await lane.carry_out(connector(send, vendor=Scripted(script)), [instruction("withdraw")])
    assert outcomes["d1"] == Result("executed")
    assert (most, lane.asked) == (3, 3)


async def test_no_more_calls_at_once_than_the_connection_allows() -> None:
    under_way, most = 0, 0

    async def send(_: Request) -> Reply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _turn in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return DONE

    two = CONNECTION.model_copy(update={"concurrency": 2})
    many = [instruction("withdraw", delivery_id=f"d{n}") for n in range(20)]
    outcomes = await Lane().carry_out(connector(send, connection=two), many)
    assert (len(outcomes), most) == (20, 2)


async def test_a_script_may_handle_an_error_that_is_thrown_into_it() -> None:
    def script(_: Instruction) -> Script:
        try:
            yield Call("GET", "/gone")
        except VendorRefused as error:
            return Result("no_match", reason=error.reason)
        return Result("executed")

    outcome, _ = await withdraw(lambda _: Reply(404), vendor=Scripted(script))
    assert outcome == Result("no_match", reason="http_404")


async def test_a_note_is_committed_before_the_script_goes_on() -> None:
    wire, lane = Wire(lambda _: DONE), Lane()

    def script(_: Instruction) -> Script:
        assert (yield Note("d1", ("A:1",))) is None
        assert lane.notes == [Note("d1", ("A:1",))]
        yield (Note("d1", ("A:2",)), Note("d1", ("A:3",)))
        assert len(lane.notes) == 3
        yield Call("DELETE", "/1")
        return Result("executed")

    outcomes = await lane.carry_out(connector(wire, vendor=Scripted(script)), [instruction("withdraw")])
    assert outcomes["d1"] == Result("executed")


@pytest.mark.parametrize("refuse_from", [1, 2])
async def test_without_permission_nothing_is_written_and_the_loss_comes_through(refuse_from: int) -> None:
    lane = Lane(refuse_from=refuse_from, error=OwnershipLost())
    wire = Wire(lambda _: DONE)
    many = [instruction("withdraw", delivery_id=f"d{n}") for n in range(5)]
    with pytest.raises(OwnershipLost):
        await lane.carry_out(connector(wire), many)
    assert (len(wire.requests), lane.asked) == (refuse_from - 1, 5)


async def test_permission_is_asked_after_the_wait_for_the_limits() -> None:
    clock, wire, lane = HandClock(), Wire(lambda _: DONE), Lane(refuse_from=2, error=OwnershipLost())
    slow = connector(
        wire, clock=clock, connection=CONNECTION.model_copy(update={"limits": (Window(calls=1, seconds=100),)})
    )
    many = [instruction("withdraw", delivery_id=f"d{n}") for n in range(3)]
    work = asyncio.create_task(lane.carry_out(slow, many))
    for _ in range(50):
        await asyncio.sleep(0)
    assert (clock.sleeping, lane.asked, len(wire.requests)) == (1, 1, 1)
    await clock.run(work)
    assert isinstance(work.exception(), OwnershipLost)
    assert len(wire.requests) == 1


async def test_permission_is_asked_once_more_when_there_is_a_connection() -> None:
    lane = Lane(refuse_from=2, error=OwnershipLost("the lease ran out while the connection was made"))

    def connected(request: Request) -> Reply:
        request.permit()
        return DONE

    with pytest.raises(OwnershipLost):
        await lane.carry_out(connector(Wire(connected)), [instruction("withdraw")])
    assert lane.asked == 2


async def test_a_note_that_can_not_be_committed_comes_through_and_nothing_follows_it() -> None:
    wire, closed = Wire(lambda _: DONE), []

    def script(_: Instruction) -> Script:
        try:
            yield Note("d1", ())
            yield Call("DELETE", "/1")
        finally:
            closed.append(True)
        return Result("executed")

    async def note(_: Note) -> None:
        raise OwnershipLost

    with pytest.raises(OwnershipLost):
        await connector(wire, vendor=Scripted(script)).carry_out(
            [instruction("withdraw")], note=note, permit=Lane().permit
        )
    assert (wire.requests, closed) == ([], [True])


def broken(_: Instruction) -> Script:
    reply = yield Call("GET", "/")
    raise ValueError(f"strange answer about {EMAIL}: {reply.body!r}")


def never_a_generator(_: Instruction) -> Script:
    raise TypeError(EMAIL)


def odd_step(_: Instruction) -> Script:
    yield EMAIL  # type: ignore[misc]
    return Result("executed")


def odd_result(_: Instruction) -> Script:
    yield ()
    return EMAIL  # type: ignore[return-value]


@pytest.mark.parametrize("script", [broken, never_a_generator, odd_step, odd_result])
async def test_a_broken_script_tells_nothing_and_blames_the_answer_if_it_had_one(
    script: Callable[[Instruction], Script], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome, _ = await withdraw(lambda _: DONE, vendor=Scripted(script))
    answered = (VendorUnavailable, "answer_not_understood (HTTP 200)")
    assert (type(outcome), str(outcome)) == (answered if script is broken else (VendorRefused, "adapter_error"))
    assert outcome.__context__ is outcome.__cause__ is None
    assert EMAIL not in caplog.text
    if script in (broken, never_a_generator):
        assert "test_engine_run.py" in caplog.text, "but one can find the place"


async def test_an_action_that_the_adapter_does_not_have_is_an_outcome() -> None:
    outcomes = await Lane().carry_out(connector(Wire(lambda _: DONE)), [instruction("grant")])
    assert outcomes["d1"].reason == "adapter_error"


async def test_cancelling_ends_the_calls_and_the_script() -> None:
    closed: list[bool] = []

    async def send(_: Request) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    def script(_: Instruction) -> Script:
        try:
            yield (Call("GET", "/"), Call("GET", "/"))
        finally:
            closed.append(True)
        return Result("executed")

    work = asyncio.create_task(Lane().carry_out(connector(send, vendor=Scripted(script)), [instruction("withdraw")]))
    await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert closed == [True]
