from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from engine_support import CONNECTION, DONE, HandClock, Lane, Toy, Wire, connector
from vendor_support import EMAIL, instruction

from processors.engine.auth import Token, TokenAuth
from processors.vendors.base import BatchScript, Call, Instruction, Note, Options, Reply, Result, Script
from schemas.errors import OwnershipLost, VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.engine.transport import Request


async def withdraw(answer: Callable[[Request], Reply], **more: Any) -> tuple[Any, Wire]:
    wire = Wire(answer)
    outcomes = await Lane().carry_out(connector(wire, **more), [instruction("withdraw")])
    return outcomes["d1"], wire


async def test_a_call_becomes_one_request_with_everything_encoded() -> None:
    outcome, wire = await withdraw(lambda _: DONE)
    (request,) = wire.requests
    assert outcome == Result("executed", evidence=DONE.evidence())
    assert (request.method, request.url) == ("POST", "https://toy.example/withdraw?who=ann%2Bnews%40example.test")
    assert json.loads(request.body or b"") == {"email": EMAIL}
    assert request.headers["content-type"] == "application/json"
    assert request.timeout_s == CONNECTION.timeout_s


async def test_signs_that_mean_something_in_a_url_stay_part_of_the_value() -> None:
    wire = Wire(lambda _: DONE)
    odd = "a\"b(c)d&e=f#g?h%i/ü 'x'+1@example.test"
    await Lane().carry_out(connector(wire), [instruction("withdraw", emails=(odd,))])
    from yarl import URL  # noqa: PLC0415 - what a server makes of it

    assert URL(wire.requests[0].url, encoded=True).query == {"who": odd}


async def test_the_base_url_of_the_connection_comes_first() -> None:
    _, wire = await withdraw(lambda _: DONE, connection=CONNECTION.model_copy(update={"base_url": "http://h:1/toy/"}))
    assert wire.requests[0].url.startswith("http://h:1/toy/withdraw?")


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (Reply(202), VendorRefused, "http_202"),
        (Reply(404), VendorRefused, "http_404"),
        (Reply(429, {"retry-after": "9"}), VendorUnavailable, "http_429"),
        (Reply(500), VendorUnavailable, "http_500"),
        (Reply(401), VendorAuthRejected, "http_401"),
        (Reply(200, {}, b"<html>"), VendorUnavailable, "answer_is_no_json"),
        (Reply(200, {}, b"{}"), VendorRefused, "adapter_error"),
        (Reply(200, {}, b"[]"), VendorRefused, "adapter_error"),
    ],
)
async def test_an_answer_that_is_no_success_is_an_error_as_outcome(
    reply: Reply, kind: type[VendorError], reason: str
) -> None:
    outcome, _ = await withdraw(lambda _: reply)
    assert (type(outcome), outcome.reason) == (kind, reason)


async def test_a_transport_that_gets_no_answer_is_an_outcome_too() -> None:
    def timeout(_: Request) -> Reply:
        raise VendorUnavailable("timeout")

    outcome, _ = await withdraw(timeout)
    assert (type(outcome), outcome.reason, outcome.retriable) == (VendorUnavailable, "timeout", True)


async def test_an_error_is_handed_on_without_what_it_came_from() -> None:
    def broken_off(request: Request) -> Reply:
        raise VendorUnavailable("timeout") from OSError(request.url)

    outcome, _ = await withdraw(broken_off)
    assert (outcome.__cause__, outcome.__context__, outcome.__traceback__) == (None, None, None)


def tokens() -> tuple[TokenAuth, list[int]]:
    given: list[int] = []

    async def fetch() -> Token:
        given.append(len(given))
        return Token(f"t{given[-1]}", 3600)

    return TokenAuth("Bearer", fetch, HandClock()), given


async def test_a_401_is_tried_once_more_with_a_new_token() -> None:
    auth, given = tokens()
    outcome, wire = await withdraw(
        lambda request: DONE if request.headers["authorization"] == "Bearer t1" else Reply(401), auth=auth
    )
    assert (outcome.outcome, len(wire.requests), len(given)) == ("executed", 2, 2)


@pytest.mark.parametrize(("status", "requests", "fetched"), [(401, 2, 2), (403, 1, 1)])
async def test_then_it_is_the_credentials_and_a_403_always_is(status: int, requests: int, fetched: int) -> None:
    auth, given = tokens()
    outcome, wire = await withdraw(lambda _: Reply(status), auth=auth)
    assert (type(outcome), len(wire.requests), len(given)) == (VendorAuthRejected, requests, fetched)


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
    slow = connector(wire, clock=clock, connection=CONNECTION.model_copy(update={"rate": 0.01, "burst": 1}))
    many = [instruction("withdraw", delivery_id=f"d{n}") for n in range(3)]
    work = asyncio.create_task(lane.carry_out(slow, many))
    for _ in range(50):
        await asyncio.sleep(0)
    assert (clock.sleeping, lane.asked, len(wire.requests)) == (1, 1, 1)
    await clock.run(work)
    assert isinstance(work.exception(), OwnershipLost)
    assert len(wire.requests) == 1


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


async def test_batches_go_by_the_size_that_the_adapter_takes() -> None:
    sizes = []

    def script(instructions: Sequence[Instruction]) -> BatchScript:
        sizes.append(len(instructions))
        yield Call("DELETE", "/")
        return {i.delivery_id: Result("executed") for i in instructions if i.delivery_id != "d4"}

    many = [instruction("delete", delivery_id=f"d{n}") for n in range(5)]
    outcomes = await Lane().carry_out(connector(Wire(lambda _: DONE), vendor=Scripted(script)), many)
    assert sizes == [2, 2, 1]
    assert outcomes.pop("d4").reason == "adapter_error", "a person that the script forgot is not done"
    assert set(outcomes.values()) == {Result("executed")}


async def test_an_error_of_a_whole_batch_is_each_persons() -> None:
    def script(_: Sequence[Instruction]) -> BatchScript:
        yield Call("DELETE", "/")
        return {}

    many = [instruction("delete", delivery_id=f"d{n}") for n in range(2)]
    outcomes = await Lane().carry_out(connector(Wire(lambda _: Reply(503)), vendor=Scripted(script)), many)
    assert {who: outcome.reason for who, outcome in outcomes.items()} == {"d0": "http_503", "d1": "http_503"}


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
async def test_a_broken_script_refuses_the_person_and_tells_nothing(
    script: Callable[[Instruction], Script], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome, _ = await withdraw(lambda _: DONE, vendor=Scripted(script))
    assert (type(outcome), str(outcome)) == (VendorRefused, "adapter_error")
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
