"""Whether this process may still act: lease, generation, and two workers under one id."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError, IllegalGenerationError
from structlog.testing import capture_logs

from schemas.errors import OwnershipLost
from streams.ownership.membership import JOINS_ALLOWED, JOINS_WITHIN_S, Membership, boottime

SESSION_S = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = 500.0

    def __call__(self) -> float:
        return self.now


class Rejoin:
    """The client's promise that somebody asked for a rejoin."""

    needed = False

    def done(self) -> bool:
        return self.needed


@dataclass
class Coordinator:
    """The parts of the client's coordinator that a membership looks into. `answers`: of the next heartbeats."""

    clock: Clock
    answers: list[bool | Exception] = field(default_factory=list)
    takes_s: float = 0.0
    generation: int = 4
    group_id: str = "local.consent-relay-router"
    _group_instance_id: str | None = "worker-1"
    _rejoin_needed_fut: Rejoin = field(default_factory=Rejoin)

    async def _do_heartbeat(self) -> bool:
        await asyncio.sleep(0)
        self.clock.now += self.takes_s
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Consumer:
    _coordinator: Coordinator


def member() -> tuple[Clock, Coordinator, Membership]:
    clock = Clock()
    coordinator = Coordinator(clock)
    consumer: Any = Consumer(coordinator)
    return clock, coordinator, Membership(consumer, SESSION_S, clock)


def test_nobody_has_a_lease_before_the_group_has_answered() -> None:
    _, _, membership = member()
    assert not membership.has_lease()


def test_a_lease_lasts_half_a_session_from_the_join() -> None:
    clock, _, membership = member()
    membership.joined()
    clock.now += SESSION_S / 2 - 0.001
    assert membership.has_lease()
    clock.now += 0.001
    assert not membership.has_lease()


async def test_each_good_heartbeat_of_the_client_renews_it_from_when_it_was_sent() -> None:
    clock, coordinator, membership = member()
    membership.joined()
    clock.now += 4
    coordinator.takes_s = 3
    assert await coordinator._do_heartbeat()
    assert membership.has_lease(), "sent 3 s ago"
    clock.now += 2
    assert not membership.has_lease(), "5 s after the sending, not after the answer"


@pytest.mark.parametrize("answer", [False, IllegalGenerationError()])
async def test_a_bad_heartbeat_renews_nothing(answer: bool | Exception) -> None:  # noqa: FBT001
    clock, coordinator, membership = member()
    membership.joined()
    clock.now += 4.9
    coordinator.answers = [answer]
    if isinstance(answer, Exception):
        with pytest.raises(IllegalGenerationError):
            await coordinator._do_heartbeat()
    else:
        assert not await coordinator._do_heartbeat()
    assert membership.has_lease()
    clock.now += 0.1
    assert not membership.has_lease()


async def test_an_old_heartbeat_never_shortens_a_newer_lease() -> None:
    clock, coordinator, membership = member()
    coordinator.takes_s = 4
    sending = asyncio.create_task(coordinator._do_heartbeat())
    await asyncio.sleep(0)
    clock.now = 503.0
    membership.joined()
    assert await sending
    assert clock.now == 507.0
    assert membership.has_lease(), "since the join at 503, not since the sending at 500"


async def test_a_confirmed_generation_is_good_news() -> None:
    _, _, membership = member()
    await membership.confirm(4)
    assert membership.has_lease()
    assert membership.generation == 4


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (False, "doesn't know this member"),
        (IllegalGenerationError(), "doesn't answer .IllegalGenerationError"),
        (GroupCoordinatorNotAvailableError(), "doesn't answer .GroupCoordinatorNotAvailableError"),
        (AssertionError(), "doesn't answer .AssertionError"),
        (AttributeError(), "doesn't answer .AttributeError"),
    ],
)
async def test_a_generation_that_the_group_does_not_confirm_is_lost(answer: bool | Exception, text: str) -> None:  # noqa: FBT001
    _, coordinator, membership = member()
    coordinator.answers = [answer]
    with pytest.raises(OwnershipLost, match=text):
        await membership.confirm(4)
    assert not membership.has_lease()


async def test_another_generation_is_lost_without_asking() -> None:
    _, coordinator, membership = member()
    coordinator.answers = [RuntimeError("asked")]
    with pytest.raises(OwnershipLost, match="generation 3 is over"):
        await membership.confirm(3)


async def test_a_rejoin_that_is_due_ends_the_generation() -> None:
    _, coordinator, membership = member()
    coordinator._rejoin_needed_fut.needed = True
    with pytest.raises(OwnershipLost, match="generation 4 is over"):
        await membership.confirm(4)


async def test_a_generation_that_passes_while_asking_is_lost() -> None:
    _, coordinator, membership = member()

    async def confirm() -> None:
        await membership.confirm(4)

    asking = asyncio.create_task(confirm())
    await asyncio.sleep(0)
    coordinator.generation = 5
    with pytest.raises(OwnershipLost, match="generation 4 is over"):
        await asking


def alarms(joins: int, every_s: float) -> int:
    clock, _, membership = member()
    with capture_logs() as logs:
        for _ in range(joins):
            membership.joined()
            clock.now += every_s
    told = [entry for entry in logs if entry.get("alarm") == "duplicate_instance"]
    assert all(entry["group"] == "local.consent-relay-router" for entry in told)
    return len(told)


def test_two_workers_under_one_id_are_told_by_their_joins() -> None:
    assert alarms(JOINS_ALLOWED, 1) == 1
    assert alarms(JOINS_ALLOWED - 1, 1) == 0
    assert alarms(50, JOINS_WITHIN_S / (JOINS_ALLOWED - 1)) == 0
    assert alarms(JOINS_ALLOWED + 3, 1) == 4


def test_who_leaves_on_closing_leaves_as_a_dynamic_member() -> None:
    _, coordinator, membership = member()
    membership.leave_on_close()
    assert coordinator._group_instance_id is None


def test_the_clock_goes_on_while_the_machine_sleeps() -> None:
    assert boottime() <= boottime()
