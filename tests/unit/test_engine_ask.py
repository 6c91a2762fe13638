"""Asking a vendor about what it has taken: what counts as an answer, and what doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from engine_support import Lane, Toy, Wire, connector
from vendor_support import EMAIL, instruction

from processors.vendors.base import Call, Instruction, Note, Options, Reply, Result
from processors.vendors.capability import Capability
from processors.vendors.later import Later, Schedule, Undone
from schemas.errors import VendorRefused, VendorUnavailable
from schemas.records import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.vendors.base import PollScript, ReadBackScript
    from processors.vendors.later import Asks
    from schemas.records import Action


class Slow(Toy):
    """Runs jobs. `gives`: what its scripts return."""

    can: ClassVar[Mapping[Action, Capability]] = {"delete": Capability(polls=Schedule(10.0), read_back_s=60.0)}
    gives: Any = None

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        yield Call("GET", "/jobs", params={"id": instructions[0].refs[0]})
        return {one.delivery_id: self.gives for one in instructions}

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        yield Call("GET", "/people", params={"who": instruction.need("email")[0]})
        return self.gives  # type: ignore[no-any-return]


async def asked(asks: Asks, gives: Any, answer: Reply | None = None) -> tuple[Any, Wire]:
    vendor, wire = Slow(Options()), Wire(lambda _: answer or Reply(200))
    vendor.gives = gives
    about = [instruction("delete", refs=("job-1",)), instruction("delete", delivery_id="d2", refs=("job-1",))]
    said = await connector(wire, vendor=vendor).ask(asks, about[: 2 if asks == "job" else 1], permit=Lane().permit)
    assert set(said) == ({"d1", "d2"} if asks == "job" else {"d1"})
    return said["d1"], wire


DONE = Result("executed", evidence=Evidence(status=200))
GONE = Result("verified", evidence=Evidence(status=200))
STILL = Undone(VendorRefused("found_again", status=200))


@pytest.mark.parametrize(("asks", "gives"), [("job", DONE), ("job", STILL), ("person", GONE), ("person", STILL)])
async def test_one_request_tells_of_all_people_of_a_job_or_of_one_person(asks: Asks, gives: Any) -> None:
    said, wire = await asked(asks, gives)
    assert (said, len(wire.requests)) == (gives, 1)


async def test_who_cant_be_asked_is_told_as_an_error() -> None:
    said, _ = await asked("job", DONE, Reply(503))
    assert isinstance(said, VendorUnavailable)
    said, _ = await asked("person", GONE, Reply(404))
    assert (type(said), said.reason) == (VendorRefused, "http_404")


@pytest.mark.parametrize("gives", [None, "gone", DONE, Note("d1", ())])
async def test_what_is_no_answer_proves_nothing(gives: Any) -> None:
    said, _ = await asked("person", gives)
    assert (type(said), said.reason) == (VendorRefused, "adapter_error")


async def test_a_job_that_is_named_after_the_person_gets_another_name() -> None:
    runs = Result("accepted", evidence=Evidence(job_id=EMAIL), later=Later(EMAIL, ("x",)))
    said, _ = await asked("job", runs)
    assert said.later.job_id.startswith("withheld-")
    assert EMAIL not in repr(said)
    said, _ = await asked("person", Undone(VendorRefused(EMAIL)))
    assert said.error.reason == "withheld"
