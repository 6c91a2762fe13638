"""A vendor answers 503 to everybody for hours: a few calls find out when it is back, and nobody is given up."""

from __future__ import annotations

from math import ceil
from statistics import mean

from harness.outage import LONGEST_CALL_S, Outage
from sizes import EVENTS, SEED

from processors.delivering.breaker import Breaker
from schemas.times import SECOND

HOUR_S = 3600.0
DOWN_S = min(EVENTS // 50, 29 * 24) * HOUR_S
CEILING_S = 4 * HOUR_S
PAUSE_S = 300.0
"""Longest pause of the breaker."""
CALLS = 10


def outage(*, breaker: Breaker | None = None, until_s: float | None = None) -> Outage:
    print(f"SEED={SEED}, down for {DOWN_S / HOUR_S:g} h")
    lane = Outage(SEED, CEILING_S, calls=CALLS, room=2000, breaker=breaker, until_s=until_s)
    lane.publish(people=100, each=3)
    return lane


def heedless() -> Breaker:
    """So that each delivery goes by its own backoff alone."""
    return Breaker(failures=10**9)


def test_while_a_vendor_is_down_it_is_hardly_called_and_then_everything_is_done_in_order() -> None:
    lane = outage()
    for hour in range(0, int(DOWN_S / HOUR_S), 4):
        lane.publish(people=5, each=2)
        lane.run((hour + 4) * HOUR_S)
    calls, part = len(lane.seen.began), lane.seen.open_s / lane.seconds
    print(f"{calls} calls, breaker open {part:.2%} of the time, {len(lane.state)} entries in the lane state")
    assert part >= 0.95
    assert calls <= 2 * CALLS + 7 + ceil(lane.seconds / PAUSE_S), "one every five minutes, when it has found out"
    assert lane.letters == []
    assert lane.seen.hasty == []
    well_at, lane.down = lane.seconds, False
    lane.run(well_at + PAUSE_S + CEILING_S + 60)
    endings = lane.endings()
    done = [record for record in lane.audit if record.outcome == "executed"]
    print(f"{len(endings)} deliveries, {len(done)} executed, the first {_s(lane, done[0].at) - well_at:.1f} s after")
    assert {len(told) for told in endings.values()} == {1}
    assert {told[0].outcome for told in endings.values()} == {"executed", "superseded"}
    assert _s(lane, done[0].at) <= well_at + PAUSE_S + LONGEST_CALL_S
    order = {one.delivery_id: number for number, one in enumerate(lane.log)}
    for pid in {record.pid for record in done}:
        numbers = [order[record.delivery_id or ""] for record in done if record.pid == pid]
        assert numbers == sorted(numbers)


def test_no_delivery_is_tried_more_often_than_its_backoff_says() -> None:
    lane = outage(breaker=heedless())
    lane.run(DOWN_S)
    tries = [len(times) for times in lane.seen.tries.values()]
    print(f"tries: {mean(tries):.1f} on the average, {max(tries)} at most")
    assert lane.seen.hasty == []
    assert max(tries) <= 20 + 4 * DOWN_S / CEILING_S, "twice as many as full jitter has on the average"
    assert lane.letters == []
    lane.down = False
    lane.run(DOWN_S + CEILING_S + 60)
    assert {len(told) for told in lane.endings().values()} == {1}


def test_nobody_is_given_up_before_the_time_for_it_is_spent_and_each_gets_a_last_try() -> None:
    budget_s = DOWN_S / 2
    lane = outage(breaker=heedless(), until_s=budget_s)
    lane.run(budget_s)
    assert lane.letters == []
    lane.run(budget_s + 60)
    failed = {who: told[0] for who, told in lane.endings().items() if told[0].outcome == "failed"}
    assert len(lane.letters) == len(failed) > 0
    for who, record in failed.items():
        assert record.reason == "gave_up_after_http_503"
        assert min(lane.seen.tries[who][-1], _s(lane, record.at)) > budget_s - 1e-3


def _s(lane: Outage, at: int) -> float:
    """A moment of the wall clock on the lane's own."""
    return lane.seconds - (lane.now.wall - at) / SECOND
