"""A lane that waits, a lane that stands still, and the one try that finds out whether it may go on."""

from __future__ import annotations

import asyncio

from processors.delivering.gate import LONGEST_PAUSE_S, LOOK_S, Gate


class Clock:
    """Moves only when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        while self.now < until:  # noqa: ASYNC110 - a hand-moved clock has nobody to tell
            await asyncio.sleep(0)

    async def move(self, seconds: float) -> None:
        """In small steps, so that whoever sleeps sees each of them."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + LOOK_S)
            for _ in range(3):
                await asyncio.sleep(0)


class Visitors:
    """Tries that want to go through."""

    def __init__(self, gate: Gate, number: int) -> None:
        self.tasks = [asyncio.create_task(gate.enter()) for _ in range(number)]

    @property
    def through(self) -> int:
        return sum(task.done() for task in self.tasks)

    def leave(self) -> None:
        for task in self.tasks:
            task.cancel()


def made() -> tuple[Clock, Gate]:
    clock = Clock()
    return clock, Gate(clock, clock.sleep)


async def test_an_open_gate_lets_everybody_through_at_once() -> None:
    clock, gate = made()
    for _ in range(3):
        await gate.enter()
    assert clock.slept == []
    assert not gate.halted


async def test_while_it_is_held_nobody_goes_through_and_then_everybody() -> None:
    clock, gate = made()
    gate.hold(10)
    gate.hold(3)
    visitors = Visitors(gate, 4)
    await clock.move(9.5)
    assert visitors.through == 0, "a shorter wish doesn't shorten a longer one"
    await clock.move(1)
    assert visitors.through == 4


async def test_a_held_gate_is_looked_at_often_so_that_ends_are_seen() -> None:
    clock, gate = made()
    gate.hold(60)
    visitors = Visitors(gate, 1)
    await clock.move(1)
    assert max(clock.slept) <= LOOK_S
    visitors.leave()


async def test_after_a_halt_one_probe_goes_and_the_others_wait_for_its_answer() -> None:
    clock, gate = made()
    gate.halt()
    assert gate.halted
    visitors = Visitors(gate, 5)
    await clock.move(4.5)
    assert visitors.through == 0
    await clock.move(30)
    assert visitors.through == 1, "however long the probe takes"
    gate.leave(answered=True)
    await clock.move(1)
    assert visitors.through == 5
    assert not gate.halted


async def test_probes_become_rarer_up_to_five_minutes() -> None:
    clock, gate = made()
    pauses = []
    for _ in range(9):
        gate.halt()
        halted_at = clock.now
        visitors = Visitors(gate, 2)
        while not visitors.through:
            await clock.move(LOOK_S)
        pauses.append(round(clock.now - halted_at))
        assert visitors.through == 1
        gate.leave(answered=False)
        visitors.leave()
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]


async def test_a_lane_may_stand_still_for_weeks() -> None:
    clock, gate = made()
    for _ in range(10_000):
        gate.halt()
        clock.now += LONGEST_PAUSE_S
        await gate.enter()
        gate.leave(answered=False)


async def test_calls_that_were_side_by_side_count_once() -> None:
    clock, gate = made()
    for _ in range(8):
        gate.halt()
    visitors = Visitors(gate, 1)
    await clock.move(5.5)
    assert visitors.through == 1


async def test_a_probe_that_is_broken_off_leaves_room_for_the_next() -> None:
    clock, gate = made()
    gate.halt()
    visitors = Visitors(gate, 2)
    await clock.move(6)
    assert visitors.through == 1
    gate.leave(answered=False)
    await clock.move(1)
    assert visitors.through == 2
    assert gate.halted


async def test_after_an_answer_the_next_halt_begins_small_again() -> None:
    clock, gate = made()
    for _ in range(4):
        gate.halt()
        clock.now += 400
    await gate.enter()
    gate.leave(answered=True)
    gate.halt()
    visitors = Visitors(gate, 1)
    await clock.move(5.5)
    assert visitors.through == 1
