"""The wall clock is set an hour ahead or back: nothing is forgotten, nothing sent twice, no limit overrun.

What waits in memory doesn't look at that clock at all. What is read back from a record does; see docs/delivery.md.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from delivering_support import DOWN, GOOD, Driven, delivery
from engine_support import HandClock
from hypothesis import given
from hypothesis import strategies as st
from limits_support import WALL, Site
from routing_support import NOW
from test_engine_auth import zoho

from processors.delivering.job import Now
from processors.limits.reserve import Now as Moment
from processors.vendors.base import Reply
from schemas.times import DAY
from schemas.windows import Window

HOUR_S = 3600.0
JUMPS = st.sampled_from([-24 * HOUR_S, -HOUR_S, -1.0, 0.0, 1.0, HOUR_S, 24 * HOUR_S])


class Jumping(Driven):
    """`jump`: how far the wall clock has been set from the right time, s."""

    jump = 0.0

    @property
    def now(self) -> Now:
        return Now(NOW + round((self.seconds + self.jump) * 1e6), self.seconds)


@pytest.mark.parametrize("jump", [-HOUR_S, HOUR_S])
def test_who_is_parked_in_memory_waits_as_long_as_before(jump: float) -> None:
    lane = Jumping(budget_s=0.0)
    lane.arrive(delivery(1))
    lane.round(DOWN)
    wakes_at = lane.core.wakes_at(lane.now)
    assert lane.told == [("p1.ana", "parked", "http_503")]
    lane.jump = jump
    assert lane.core.wakes_at(lane.now) == wakes_at
    assert lane.start() == []
    assert lane.sleep()
    assert lane.round(GOOD) == [0]
    assert [outcome for _, outcome, _ in lane.told] == ["parked", "executed"]


def test_who_was_parked_by_a_clock_that_was_ahead_waits_no_hour_more_at_the_next_owner() -> None:
    lane = Jumping(budget_s=0.0)
    lane.arrive(delivery(1))
    lane.jump = HOUR_S
    lane.round(DOWN)
    wakes_at = lane.core.wakes_at(lane.now)
    lane.jump = 0.0
    lane.restart()
    assert lane.core.wakes_at(lane.now) == wakes_at


@given(jumps=st.lists(JUMPS, min_size=1, max_size=6))
def test_whatever_the_clock_does_between_restarts_each_is_done_once_and_within_a_day(jumps: list[float]) -> None:
    lane = Jumping(budget_s=0.0)
    lane.arrive(*(delivery(number, pid=f"p1.{number}", due_at=NOW + 300 * DAY) for number in range(3)))
    lane.round(DOWN)
    for jump in jumps:
        lane.jump = jump
        lane.restart()
    began = lane.seconds
    done: list[int] = []
    while len(done := [*done, *lane.round(GOOD)]) < 3:
        assert lane.sleep()
    assert sorted(done) == [0, 1, 2]
    assert lane.seconds - began <= DAY / 1e6
    assert lane.state == {}
    assert sorted(who for who, outcome, _ in lane.told if outcome == "executed") == ["p1.0", "p1.1", "p1.2"]


class Drifting(Site):
    jump = 0.0

    @property
    def moment(self) -> Moment:
        return Moment(self.now, WALL + self.now + self.jump)


@given(acts=st.lists(st.tuples(st.floats(0.0, 40.0), JUMPS, st.booleans()), min_size=1, max_size=25))
def test_no_limit_is_overrun_while_the_clock_jumps_nor_by_a_restart_after_it_was_set_back(
    acts: list[tuple[float, float, bool]],
) -> None:
    window = Window(calls=20, seconds=60)
    site = Drifting((window,), 1)
    site.take_over(0, "a")
    for waits_s, jump, restarts in acts:
        site.wait(waits_s)
        site.jump = min(jump, site.jump) if restarts else jump
        if restarts:
            site.crash("a", "a")
        made = site.reserve(0)
        if made:
            made.committed()
        while site.call("a", ""):
            made = site.reserve(0)
            if made:
                made.committed()
    site.wait(10.0)
    moments = sorted(at for at, _ in site.seen)
    assert all(later - first >= window.seconds for first, later in zip(moments, moments[20:], strict=False))


async def test_a_token_is_kept_as_long_as_before() -> None:
    clock = HandClock()
    answers: list[Any] = [{"access_token": f"t{number}", "expires_in": 3600} for number in range(2)]
    auth, wire = zoho(lambda _: Reply(200, {}, json.dumps(answers[len(wire.requests) - 1]).encode()), clock)
    for clock._wall in (1e6, 1e6 + HOUR_S, 1e6 - HOUR_S):
        assert await auth.headers() == {"authorization": "Zoho-oauthtoken t0"}
    clock.now = HOUR_S
    assert await auth.headers() == {"authorization": "Zoho-oauthtoken t1"}
