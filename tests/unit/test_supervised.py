"""When a loop that hangs is told, and when it ends the process; a frozen process is not blamed."""

from __future__ import annotations

from structlog.testing import capture_logs

from streams.supervised import LOOK_S, LOOP_STUCK, LoopWatch

SESSION_S = 10.0


def looked(watch: LoopWatch, seconds: float, *, beats: bool, step_s: float = LOOK_S, now: float = 0.0) -> float:
    """Look for so long; the time at the end."""
    until = now + seconds
    while now < until:
        now += step_s
        watch.beats += beats
        watch.look(now, lambda: ["1 × somewhere"])
    return now


def test_a_loop_that_goes_on_is_left_alone() -> None:
    ended: list[int] = []
    with capture_logs() as logs:
        looked(LoopWatch(SESSION_S, ended.append), 1000, beats=True)
    assert (ended, logs) == ([], [])


def test_after_half_a_session_it_is_told_once_and_after_a_whole_one_the_process_ends() -> None:
    ended: list[int] = []
    watch = LoopWatch(SESSION_S, ended.append)
    with capture_logs() as logs:
        now = looked(watch, SESSION_S - 1, beats=False)
        assert [entry["alarm"] for entry in logs] == ["loop_stuck"]
        assert ended == []
        looked(watch, 2, beats=False, now=now)
    assert ended[0] == LOOP_STUCK


def test_what_goes_on_in_time_is_told_and_no_more() -> None:
    ended: list[int] = []
    watch = LoopWatch(SESSION_S, ended.append)
    with capture_logs() as logs:
        now = looked(watch, SESSION_S - 1, beats=False)
        now = looked(watch, SESSION_S, beats=True, now=now)
        looked(watch, SESSION_S - 1, beats=False, now=now)
    assert [entry["alarm"] for entry in logs] == ["loop_stuck", "loop_stuck"]
    assert ended == []


def test_time_in_which_the_thread_stood_still_itself_does_not_count() -> None:
    ended: list[int] = []
    watch = LoopWatch(SESSION_S, ended.append)
    with capture_logs() as logs:
        looked(watch, 400, beats=False, step_s=100)
    assert (ended, logs) == ([], [])
