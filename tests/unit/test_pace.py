from __future__ import annotations

from streams.lanes.pace import BURST, Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_after_a_rest_a_few_commits_wait_for_nothing_and_then_one_comes_per_interval() -> None:
    clock = Clock()
    pace = Pace(0.1, clock)
    waits = []
    for _ in range(BURST + 3):
        waits.append(round(pace.wait_s(), 6))
        clock.now += pace.wait_s()
        pace.committing()
    assert waits == [0] * BURST + [0.1] * 3


def test_a_rest_gives_back_no_more_than_one_burst() -> None:
    clock = Clock()
    pace = Pace(0.1, clock)
    for _ in range(BURST):
        pace.committing()
    assert pace.wait_s() > 0
    clock.now += 1000
    for _ in range(BURST):
        assert pace.wait_s() == 0
        pace.committing()
    assert round(pace.wait_s(), 6) == 0.1
