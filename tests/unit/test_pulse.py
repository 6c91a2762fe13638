"""What a worker tells of its lane partition: now and then, at once when the breaker turns, and nothing when idle."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import DOWN, GOOD, Driven, delivery
from engine_support import DONE, Wire, connector
from plan_support import NOW
from router_support import PaperTenure
from routing_support import SEALS

from processors.delivering.breaker import Breaker
from schemas.codec import decode, encode
from schemas.pulse import Pulse
from streams.commands.lanes_pulse import STALE_S, breaker_text, limit_text, told
from streams.lanes.bench import Bench
from streams.lanes.pulse import EVERY_S, PATIENCE_S, Pulses
from streams.ownership.tenure import PULSE_KEY
from streams.status import Status

if TYPE_CHECKING:
    from schemas.contract import Record

SECOND = 1_000_000


class Tenure(PaperTenure):
    """Remembers what is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.state: dict[bytes, bytes] = {}

    def kept(self, key: bytes, contract: type[Record]) -> Any:
        return decode(contract, self.state[key]) if key in self.state else None

    def keep(self, key: bytes, record: Record) -> Any:
        self.state[key] = encode(record)
        return key

    def drop(self, key: bytes) -> Any:
        self.state.pop(key, None)
        return key


class Site:
    def __init__(self) -> None:
        self.lane, self.tenure, self.dirty = Driven(breaker=Breaker(failures=1)), Tenure(), asyncio.Event()
        self.bench = Bench(connector(Wire(lambda _: DONE)), SEALS, Status(), 4, 0.0, 0.1, breaker=self.lane.breaker)
        self.take_over()

    def take_over(self) -> None:
        self.pulses: Any = Pulses(self.bench, self.lane.core, self.tenure)  # type: ignore[arg-type]

    def look(self) -> tuple[float | None, bool]:
        """When it wants to be looked at again, and whether it wants a transaction."""
        self.dirty.clear()
        return self.pulses.look(self.lane.now, None, self.dirty), self.dirty.is_set()

    def commit(self) -> Pulse | None:
        return self.tenure.kept(PULSE_KEY, Pulse) if self.pulses.outs(self.lane.now) else None


def test_the_first_transaction_tells_and_an_idle_lane_says_no_more() -> None:
    site = Site()
    assert site.commit() == Pulse(calls=0, breaker="closed", at=NOW)
    site.lane.seconds += EVERY_S
    assert (site.commit(), site.look()) == (None, (None, False))


def test_a_busy_lane_tells_again_and_again_but_never_for_each_transaction() -> None:
    site = Site()
    site.commit()
    site.lane.arrive(delivery(1))
    site.lane.start()
    assert site.commit() is None
    assert site.look() == (EVERY_S, False)
    for _ in range(2):
        site.lane.seconds += EVERY_S
        pulse = site.commit()
        assert pulse
        assert (pulse.calls, pulse.at) == (1, site.lane.now.wall)


def test_what_is_new_waits_a_little_for_a_commit_that_is_made_anyway() -> None:
    site = Site()
    site.commit()
    site.lane.seconds += 100
    site.lane.arrive(delivery(1))
    site.lane.start()
    assert site.look() == (100 + PATIENCE_S, False)
    site.lane.seconds += PATIENCE_S
    assert site.look() == (None, True)
    assert site.commit()
    assert site.look() == (101 + EVERY_S, False)


def test_a_short_call_of_an_idle_lane_costs_nothing() -> None:
    site = Site()
    site.commit()
    site.lane.seconds += 100
    site.lane.arrive(delivery(1))
    site.look()
    site.lane.round(GOOD)
    assert (site.commit(), site.look()) == (None, (None, False))


def test_a_breaker_that_turns_is_told_at_once() -> None:
    site = Site()
    site.commit()
    site.lane.arrive(delivery(1))
    site.lane.round(DOWN)
    assert site.look() == (None, True)
    pulse = site.commit()
    assert pulse
    assert (pulse.breaker, pulse.cause) == ("open", "down")
    site.lane.seconds += 5
    pulse = site.commit()
    assert pulse
    assert pulse.breaker == "half_open"


def test_the_next_owner_corrects_what_a_dead_one_told() -> None:
    site = Site()
    site.lane.arrive(delivery(1))
    site.lane.start()
    assert site.commit()
    site.lane.restart()
    site.take_over()
    assert site.commit() == Pulse(calls=0, breaker="closed", at=NOW)
    site.pulses.last()
    assert PULSE_KEY not in site.tenure.state


def pulse(calls: int = 0, breaker: str = "closed", ago: float = 1, **more: Any) -> Pulse:
    return Pulse.parse({"calls": calls, "breaker": breaker, "at": NOW - round(ago * SECOND), **more})


def test_a_lane_is_told_by_the_sum_of_its_calls_and_the_worst_of_its_breakers() -> None:
    limited = pulse(2, ago=3, limit="500 in 5 min, then locked for 30 min", limit_percent=62)
    said = told([limited, pulse(3, "open", cause="down"), pulse(limit="1 in 1 s", limit_percent=7)], NOW)
    assert (said["in_flight"], said["breaker"], said["breaker_cause"], said["told_s_ago"]) == (5, "open", "down", 1.0)
    assert (breaker_text(said), limit_text(said)) == ("open (down)", "62 % of 500 in 5 min")


@pytest.mark.parametrize("silent", [pulse(1, ago=STALE_S + 1), pulse(breaker="half_open", ago=STALE_S + 1)])
def test_who_should_tell_more_and_does_not_is_not_believed(silent: Pulse) -> None:
    said = told([silent, pulse(2)], NOW)
    assert (said["in_flight"], said["breaker"], breaker_text(said)) == (None, "unknown", "unknown")
    assert told([pulse(ago=STALE_S + 1)], NOW)["breaker"] == "closed", "an idle one has nothing to tell"


def test_without_a_worker_nothing_is_told() -> None:
    said = told([], NOW)
    assert set(said.values()) == {None}
    assert (breaker_text(said), limit_text(said)) == ("-", "-")
