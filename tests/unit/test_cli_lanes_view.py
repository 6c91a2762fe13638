"""How a lane stands, out of its topics: what its bookmark, its entries and its first open record say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, get_args

import pytest
from delivering_support import delivery
from plan_support import NOW

from schemas.codec import decode, encode
from schemas.pulse import Pulse
from schemas.records import Bookmark, LaneEntry, LaneStatus
from schemas.times import SECOND, iso
from streams.commands.lanes_pulse import told as working
from streams.commands.lanes_view import age, bookmark, place, summed
from streams.lanes.orders.pausing import PAUSED_KEY
from streams.ownership.tenure import OFFSET_KEY, PULSE_KEY


def entry(number: int, status: str, minutes_ago: int) -> bytes:
    one = delivery(number, received_at=NOW - minutes_ago * 60 * SECOND)
    return encode(LaneEntry.parse({"delivery": one, "status": status, "attempt": 1, "since": NOW}))


def record(minutes_ago: int) -> Any:
    return SimpleNamespace(value=encode(delivery(9, received_at=NOW - minutes_ago * 60 * SECOND)), timestamp=0)


def told(state: dict[bytes, bytes], end: int, first: Any = None) -> dict[str, Any]:
    return summed("crm", [place(0, state, bookmark(state, 0), end, first)], NOW)


def test_entries_are_counted_by_status_and_the_oldest_that_waits_is_told() -> None:
    state = {
        b"a": entry(1, "failed", 90),
        b"b": entry(2, "parked", 30),
        b"c": entry(3, "parked", 10),
        b"d": entry(4, "manual_task", 80),
        b"e": entry(5, "verifying", 70),
        PAUSED_KEY: encode(Bookmark(offset=7, at=NOW)),
        OFFSET_KEY: encode(Bookmark(offset=5, at=NOW)),
    }
    said = told(state, 5)
    assert (said["lag_records"], said["oldest_s"], said["paused"]) == (0, 1800.0, [0])
    assert {status: count for status, count in said["entries"].items() if count} == {
        "failed": 1,
        "parked": 2,
        "manual_task": 1,
        "verifying": 1,
    }


def test_records_are_behind_that_are_above_the_bookmark_and_not_settled() -> None:
    state = {OFFSET_KEY: encode(Bookmark(offset=5, settled=(6, 8), at=NOW)), b"b": entry(2, "parked", 30)}
    said = told(state, 10, record(45))
    assert (said["lag_records"], said["oldest_s"], said["paused"]) == (3, 2700.0, [])


def test_what_nobody_can_read_is_as_old_as_it_was_written() -> None:
    garbage = SimpleNamespace(value=b"garbage", timestamp=NOW // 1000 - 60_000)
    assert told({}, 1, garbage)["oldest_s"] == 60.0


def test_gaps_in_the_log_are_no_lag_and_an_idle_lane_has_nothing_old() -> None:
    assert told({}, 4) == {
        "lane": "crm",
        "partitions": 1,
        "paused": [],
        "paused_itself": [],
        "lag_records": 0,
        "oldest_s": None,
        "entries": dict.fromkeys(get_args(LaneStatus), 0),
        "overdue": 0,
        "next_due_at": None,
        **working([], NOW),
    }


def test_what_is_kept_beyond_its_legal_deadline_is_overdue_unless_it_was_given_up() -> None:
    state = {
        b"a": entry(1, "failed", 90),
        b"b": entry(2, "manual_task", 80),
        b"c": entry(3, "parked", 5),
        PULSE_KEY: encode(Pulse(calls=3, breaker="open", cause="down", at=NOW - SECOND)),
    }
    state[b"b"] = encode(decode(LaneEntry, state[b"b"]).changed(delivery=delivery(2, due_at=NOW - 1)))
    said = told(state, 0)
    assert (said["overdue"], said["next_due_at"]) == (1, iso(NOW - 1))
    assert (said["in_flight"], said["breaker"], said["told_s_ago"]) == (3, "open", 1.0)


def test_a_bookmark_below_the_beginning_of_the_log_counts_from_there() -> None:
    state = {OFFSET_KEY: encode(Bookmark(offset=5, at=NOW))}
    assert (bookmark(state, 8).offset, bookmark(state, 2).offset, bookmark({}, 3).offset) == (8, 5, 3)


def test_partitions_are_summed() -> None:
    places = [place(number, {b"a": entry(1, "parked", number)}, bookmark({}, 0), 2, record(1)) for number in range(4)]
    said = summed("crm", places, NOW)
    assert (said["partitions"], said["lag_records"], said["oldest_s"], said["entries"]["parked"]) == (4, 8, 180.0, 4)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.4, "0 s"), (59.9, "59 s"), (60, "1 min"), (7300, "2 h"), (200_000, "2 d")]
)
def test_an_age_is_told_in_words(seconds: float | None, text: str) -> None:
    assert age(seconds) == text
