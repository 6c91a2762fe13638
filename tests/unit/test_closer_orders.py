"""Commands for requests: carried out once, by the partition that has the request, and answered in the audit."""

from __future__ import annotations

import pytest
from closer_support import Closer, command
from closing_support import KEY, NOW, delivery, planned, said, task
from router_support import until

from processors.house_rule import INTERNAL_LIMIT, INTERNAL_RULE
from schemas.request import Decision
from schemas.times import DAY
from streams.closer.orders import CANCEL, DONE, EXTEND
from streams.control import UNKNOWN
from streams.ownership.tenure import CONTROL_KEY


def given() -> Closer:
    """One request: a delivery that our own target may be extended for, and a task."""
    closer = Closer()
    closer.hear(planned(delivery("a", rule=INTERNAL_RULE), task()))
    return closer


async def answered(closer: Closer, *commands: object) -> list[str | None]:
    """What the audit says of them."""
    async with closer.working():
        await closer.settled()
        for one in commands:
            closer.control.take(one)
        await until(lambda: len(details(closer)) == len(commands))
    return details(closer)


def details(closer: Closer) -> list[str | None]:
    return [fact.evidence.detail for fact in closer.facts() if fact.kind == "command" and fact.evidence]


async def test_an_extension_is_given_once() -> None:
    closer = given()
    said_of = await answered(closer, command(EXTEND, 0, {"0": KEY}), command(EXTEND, 1, {"0": KEY}))
    assert said_of[0] == "1 legs have more time"
    assert "refused: it was extended once" in (said_of[1] or "")
    assert closer.request().legs[0].due_at == NOW + 2 * INTERNAL_LIMIT
    (fact,) = [fact for fact in closer.facts() if fact.kind == "request.extended"]
    assert (fact.reason, fact.command and fact.command.by) == ("ticket 7", "eva")
    assert [leg.due_at for leg in fact.legs or ()] == [NOW + 2 * INTERNAL_LIMIT]


@pytest.mark.parametrize(
    ("at", "says"), [(NOW, "1 legs have more time"), (NOW + 31 * DAY, "refused: its first deadline has passed")]
)
async def test_an_extension_is_in_time_if_it_was_given_in_time_whenever_the_closer_comes_to_it(
    at: int, says: str
) -> None:
    closer = given()
    closer.wall = NOW + 32 * DAY
    (told,) = await answered(closer, command(EXTEND, 0, {"0": KEY}, at=at))
    assert says in (told or "")
    assert closer.request().extended == (
        None if at > NOW else Decision(command_id="c-0", by="eva", reason="ticket 7", at=NOW)
    )


async def test_a_cancelled_request_waits_for_what_its_lanes_say() -> None:
    closer = given()
    assert await answered(closer, command(CANCEL, 0, {"0": KEY})) == [
        "1 tasks cancelled, 1 deliveries are their lanes'"
    ]
    assert closer.request().is_open
    assert "request.cancelled" in closer.told()


async def test_a_task_is_done_with_its_proof_and_the_request_is_closed_by_it() -> None:
    closer = given()
    closer.hear(said("a", "executed"))
    async with closer.working():
        await closer.settled()
        leg = closer.request().legs[1]
        args = {"0": f"{KEY}|{leg.leg_id}", "link": "https://t.example/7"}
        closer.control.take(command(DONE, 0, args))
        await until(lambda: not closer.request().is_open)
    assert closer.request().status == "completed"
    (fact,) = [fact for fact in closer.facts() if fact.kind == "request.task"]
    assert fact.evidence
    assert (fact.evidence.link, fact.outcome, fact.reason) == ("https://t.example/7", "done", "ticket 7")


async def test_that_a_person_was_told_of_a_restrictions_end_can_be_said() -> None:
    closer = Closer()
    closer.hear(planned(task(None, task="tell_person"), task(), kind="restriction.lifted"))
    async with closer.working():
        await closer.settled()
        tell, lift = closer.request().legs
        args = {"0": f"{KEY}|{tell.leg_id} {KEY}|{lift.leg_id}", "link": "https://t.example/7"}
        closer.control.take(command(DONE, 0, args))
        await until(lambda: not closer.request().is_open)
    assert closer.told().count("request.task") == 2
    assert closer.request().status == "completed"


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        (EXTEND, {"0": "p1.bob|1"}, "refused: there is no such request"),
        (DONE, {"0": f"{KEY}|nothing", "link": "https://t.example/7"}, "refused: no open task of it: nothing"),
        (DONE, {"0": f"{KEY}|nothing"}, "refused: evidence: a file's hash or a link must show that it is done"),
        ("closer.dance", {"0": KEY}, UNKNOWN),
    ],
)
async def test_what_cannot_be_done_is_answered(name: str, args: dict[str, str], says: str) -> None:
    assert await answered(given(), command(name, 0, args)) == [says]


async def test_a_command_is_carried_out_by_the_partition_it_names_and_never_again() -> None:
    closer = given()
    closer.tenure.marks[CONTROL_KEY] = (1,)  # what the owner before has carried out
    done, others, mine = (
        command(EXTEND, 0, {"0": KEY}),
        command(CANCEL, 1, {"3": KEY}),
        command(CANCEL, 2, {"0": KEY}),
    )
    async with closer.working():
        await closer.settled()
        for one in (done, others, mine):
            closer.control.take(one)
        await until(lambda: bool(details(closer)))
    assert details(closer) == ["1 tasks cancelled, 1 deliveries are their lanes'"]
    assert closer.tenure.marks[CONTROL_KEY] == (3,)
