"""Several people in one call: who goes together, whose answer is whose, and what an odd answer means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from engine_support import DONE, Lane, Toy, Wire, connector
from vendor_support import instruction

from processors.vendors.base import BatchScript, Call, Instruction, Options, Reply, Result
from processors.vendors.capability import Capability
from schemas.errors import BatchRefused, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.engine.run import Outcome
    from schemas.records import Action

EXECUTED = Result("executed")


class Batching(Toy):
    """One request with all addresses, at most 4 people and 64 bytes; `end` makes the result of the reply."""

    can: ClassVar[Mapping[Action, Capability]] = {"delete": Capability(batch=4, batch_bytes=64)}

    def __init__(self, end: Callable[[Sequence[Instruction], Reply], Any]) -> None:
        super().__init__(Options())
        self._end = end

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        emails = [email for one in instructions for email in one.need("email")]
        reply = yield Call("DELETE", "/people", json=emails)
        return self._end(instructions, reply)  # type: ignore[no-any-return]


def all_done(instructions: Sequence[Instruction], _: Reply) -> dict[str, Result]:
    return {one.delivery_id: EXECUTED for one in instructions}


async def carry_out(
    many: Sequence[Instruction],
    *,
    end: Callable[[Sequence[Instruction], Reply], Any] = all_done,
    reply: Reply = DONE,
) -> tuple[dict[str, Outcome], list[list[str]]]:
    """Outcomes, and the addresses of each request."""
    wire = Wire(lambda _: reply)
    outcomes = await Lane().carry_out(connector(wire, vendor=Batching(end)), many)
    return outcomes, [json.loads(request.body or b"") for request in wire.requests]


def people(*emails: str) -> list[Instruction]:
    return [instruction("delete", delivery_id=f"d{n}", emails=(email,)) for n, email in enumerate(emails)]


async def test_a_call_has_as_many_people_as_the_vendor_takes() -> None:
    outcomes, requests = await carry_out(people("a", "b", "c", "d", "e"))
    assert [len(request) for request in requests] == [4, 1]
    assert set(outcomes.values()) == {EXECUTED}


async def test_and_as_many_bytes_but_for_one_person_who_has_more_alone() -> None:
    long, short = "x" * 40, "y" * 10
    outcomes, requests = await carry_out(people(long, short, short, "z" * 99, short))
    assert requests == [[long, short], [short], ["z" * 99], [short]]
    assert len(outcomes) == 5


async def test_each_gets_what_is_said_of_him_in_whatever_order_and_strangers_nothing() -> None:
    wait = VendorUnavailable("locked", lane_wide=False)
    no = VendorRefused("no")

    def end(*_: Any) -> dict[str, Any]:
        return {"stranger": EXECUTED, "d2": wait, "d1": no, "d0": EXECUTED}

    outcomes, _ = await carry_out(people("a", "b", "c"), end=end)
    assert outcomes == {"d0": EXECUTED, "d1": no, "d2": wait}


async def test_a_person_of_whom_nothing_is_said_is_not_done_and_takes_nobody_along() -> None:
    outcomes, _ = await carry_out(people("a", "b"), end=lambda *_: {"d0": EXECUTED})
    assert (outcomes["d0"], type(outcomes["d1"]), outcomes["d1"].reason) == (EXECUTED, VendorRefused, "adapter_error")
    outcomes, _ = await carry_out(people("a", "b"), end=lambda *_: {"d0": EXECUTED, "d1": "executed"})
    assert (outcomes["d0"], outcomes["d1"].reason) == (EXECUTED, "adapter_error")


def broken(*_: Any) -> Any:
    raise KeyError("code")


@pytest.mark.parametrize(
    ("end", "reply", "reason"),
    [
        (all_done, Reply(400), "http_400"),
        (all_done, Reply(413), "http_413"),
        (lambda *_: None, DONE, "adapter_error"),
        (lambda *_: [EXECUTED, EXECUTED], DONE, "adapter_error"),
    ],
)
async def test_what_is_refused_as_a_whole_is_said_so_of_each_unless_it_was_about_one(
    end: Any, reply: Reply, reason: str
) -> None:
    outcomes, _ = await carry_out(people("a", "b"), end=end, reply=reply)
    assert {(type(one), one.reason) for one in outcomes.values()} == {(BatchRefused, reason)}
    outcomes, _ = await carry_out(people("a"), end=end, reply=reply)
    assert {(type(one), one.reason) for one in outcomes.values()} == {(VendorRefused, reason)}


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_what_hits_everybody_is_each_persons_and_refuses_nobody(status: int) -> None:
    outcomes, _ = await carry_out(people("a", "b"), reply=Reply(status))
    assert not any(isinstance(one, VendorRefused) for one in outcomes.values())
    assert {one.reason for one in outcomes.values()} == {f"http_{status}"}


async def test_an_answer_of_an_unknown_shape_is_asked_for_again_in_halves_and_refuses_nobody() -> None:
    outcomes, _ = await carry_out(people("a", "b"), end=broken)
    assert {type(one) for one in outcomes.values()} == {BatchRefused}
    outcomes, _ = await carry_out(people("a"), end=broken)
    assert {type(one) for one in outcomes.values()} == {VendorUnavailable}


async def test_of_two_calls_one_may_be_refused() -> None:
    def end(instructions: Sequence[Instruction], _: Reply) -> Any:
        return None if len(instructions) > 1 else all_done(instructions, DONE)

    outcomes, _ = await carry_out(people("a", "b", "c", "d", "e"), end=end)
    assert [type(outcomes[f"d{n}"]) for n in range(5)] == [BatchRefused] * 4 + [Result]
