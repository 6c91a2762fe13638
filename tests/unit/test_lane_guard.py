"""A lane that refuses everybody stops itself before all are in the dead letters."""

from __future__ import annotations

import pytest
from delivering_support import DOWN, GOOD, REFUSED, Driven, delivery
from foreman_support import Site

from processors.delivering.guard import READING, Guard
from processors.flood import Limits
from schemas.errors import MissingIdentity, VendorRefused
from streams.lanes.orders.pausing import BY_GUARD, PAUSED_KEY, RESUME

THREE = Limits(run=3, ratio=0)


def lane_with(number: int, calls: int = 1) -> Driven:
    lane = Driven(calls=calls, flood=THREE)
    lane.arrive(*(delivery(n, pid=f"p1.{n}") for n in range(number)))
    return lane


def test_after_so_many_refusals_in_a_row_nobody_else_is_called() -> None:
    lane = lane_with(10)
    for _ in range(6):
        lane.round(REFUSED)
    assert (len(lane.letters), lane.core.has_room) == (3, False)
    assert lane.core.guard.flood == "3 deliveries (withdraw) in a row were refused, most of them as http_400 (3)"
    assert lane.core.wakes_at(lane.now) is None


def test_one_that_is_carried_out_begins_the_count_anew() -> None:
    lane = lane_with(9)
    for answer in 3 * (REFUSED, REFUSED, GOOD):
        lane.round(answer)
    assert (lane.core.guard.flood, len(lane.letters)) == ("", 6)


def test_an_action_that_works_does_not_hide_one_that_does_not() -> None:
    lane = Driven(calls=1, flood=THREE)
    for n in range(3):
        lane.arrive(delivery(n, "delete", pid=f"p1.{n}"))
        lane.round(REFUSED)
        lane.arrive(delivery(n + 10, "grant", pid=f"p1.{n + 10}"))
        if n < 2:
            lane.round(GOOD)
    assert lane.core.guard.flood.startswith("3 deliveries (delete) in a row")


def test_what_passes_and_what_was_only_given_up_counts_for_nothing() -> None:
    guard = Guard(THREE)
    for _ in range(9):
        guard.failed("delete", DOWN)
    assert guard.flood == ""
    for error in (MissingIdentity("email"), VendorRefused("adapter_error"), VendorRefused("adapter_error")):
        guard.failed("delete", error)
    assert guard.flood.endswith("most of them as adapter_error (2), missing_identity (1)")


def test_records_that_nobody_can_read_are_a_flood_too() -> None:
    lane = Driven(flood=THREE)
    for offset in range(3):
        lane.core.sees(offset)
        lane.core.unreadable(offset, b"garbage", "undecodable", lane.now)
    assert (lane.core.guard.flood, lane.core.has_room) == (
        "3 records in a row were unreadable, most of them as undecodable (3)",
        False,
    )


def test_a_share_of_the_last_ones_is_a_flood() -> None:
    guard = Guard(Limits(run=0, ratio=0.5, window=20, least=10))
    for bad in (False, True, False, False, True, False, True, True, True):
        guard.bad("grant", "http_400") if bad else guard.good("grant")
    assert guard.flood == "", "too few were judged"
    guard.bad("grant", "http_400")
    assert guard.flood.startswith("6 of the last 10 deliveries (grant) were refused")


def test_who_resumes_it_lets_the_rest_be_refused_until_one_is_carried_out_again() -> None:
    guard = Guard(THREE)
    for _ in range(3):
        guard.bad("grant", "http_400")
    guard.resume()
    for _ in range(9):
        guard.bad("grant", "http_400")
    assert guard.flood == ""
    guard.good("grant")
    for _ in range(3):
        guard.bad("grant", "http_400")
    assert guard.flood
    assert READING not in guard.flood


class GuardedSite(Site):
    def __init__(self) -> None:
        super().__init__()
        self.lane = Driven(calls=1, flood=THREE)
        self.take_over()


@pytest.fixture
def site() -> Site:
    site = GuardedSite()
    site.lane.arrive(*(delivery(n, pid=f"p1.{n}") for n in range(6)))
    for _ in range(3):
        site.lane.round(REFUSED)
    return site


def problem(site: Site) -> str:
    word, text = site.bench.status.roles["lane toy"].problems.get("2", ("", ""))
    return f"{word}: {text}"


def test_it_pauses_itself_with_a_word_to_operations_and_stays_paused_whoever_takes_over(site: Site) -> None:
    assert site.foreman.look(site.lane.now)
    assert not site.foreman.look(site.lane.now), "once"
    site.commit()
    assert site.tenure.marks[PAUSED_KEY] == (BY_GUARD,)
    assert problem(site).startswith("flood: 3 deliveries (withdraw) in a row were refused")
    assert "lanes resume toy" in problem(site)
    site.take_over()
    assert (site.lane.core.paused, site.lane.round(GOOD)) == (True, [])
    assert problem(site).startswith("flood: before this worker took it over")


def test_lanes_resume_lets_it_go_on(site: Site) -> None:
    site.foreman.look(site.lane.now)
    site.commit()
    site.give(RESUME)
    assert site.obeyed() == ["goes on"]
    assert (PAUSED_KEY in site.tenure.marks, problem(site), site.lane.core.has_room) == (False, ": ", True)
    assert [site.lane.round(REFUSED) for _ in range(2)] == [[3], [4]]
    assert site.lane.round(GOOD) == [5]
