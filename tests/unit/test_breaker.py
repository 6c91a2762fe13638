"""When a lane calls nobody, and the one call that finds out whether it may go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from delivering_support import BUSY, DOWN, GOOD, REFUSED, REJECTED, UNREACHABLE

from processors.delivering.breaker import FAILURES, LONGEST_PAUSE_S, Breaker, verdict
from processors.vendors.base import Result
from schemas.errors import BatchRefused, MissingIdentity, VendorUnavailable

if TYPE_CHECKING:
    from schemas.errors import VendorError


def failing(times: int, error: VendorError = DOWN) -> Breaker:
    breaker = Breaker()
    for number in range(times):
        breaker.end(f"p{number}", [error], 0.0, probe=False)
    return breaker


def test_it_is_closed_until_so_many_different_calls_in_a_row_have_failed() -> None:
    breaker = failing(FAILURES - 1)
    assert not breaker.begin()
    assert (breaker.state(0.0), breaker.allows(0.0), breaker.wakes_at(0.0)) == ("closed", True, None)
    breaker.end("p99", [DOWN], 0.0, probe=False)
    assert (breaker.state(0.0), breaker.cause, breaker.reason) == ("open", "down", "http_503")
    assert (breaker.allows(4.9), breaker.wakes_at(4.9)) == (False, 5.0)


def test_one_persons_trouble_stops_nobody_else() -> None:
    breaker = failing(FAILURES - 1)
    for _ in range(20):
        breaker.end("p0", [DOWN], 0.0, probe=False)
    assert breaker.state(0.0) == "closed"


def test_a_good_answer_in_between_begins_the_count_anew() -> None:
    breaker = failing(FAILURES - 1)
    breaker.end("good", [GOOD], 0.0, probe=False)
    for number in range(FAILURES - 1):
        breaker.end(f"p{number}", [DOWN], 0.0, probe=False)
    assert breaker.state(0.0) == "closed"


@pytest.mark.parametrize("error", [BUSY, REFUSED, MissingIdentity("email")])
def test_what_a_living_vendor_says_and_what_it_was_not_asked_opens_nothing(error: VendorError) -> None:
    assert failing(50, error).state(0.0) == "closed"


@pytest.mark.parametrize(("error", "cause"), [(REJECTED, "refused"), (UNREACHABLE, "unreachable")])
def test_rejected_credentials_and_a_wrong_address_open_it_at_once(error: VendorError, cause: str) -> None:
    breaker = failing(1, error)
    assert (breaker.state(0.0), breaker.cause) == ("open", cause)


def test_when_the_pause_is_over_one_probe_goes_and_all_others_wait_for_its_end() -> None:
    breaker = failing(FAILURES)
    assert breaker.state(5.0) == "half_open"
    assert breaker.allows(5.0)
    assert breaker.begin(), "it is the probe"
    assert not breaker.allows(500.0), "however long the probe takes"
    assert breaker.wakes_at(500.0) is None, "its end will tell"
    breaker.end("p9", [GOOD], 500.0, probe=True)
    assert (breaker.state(500.0), breaker.allows(500.0)) == ("closed", True)
    assert not breaker.begin()


def test_probes_become_rarer_up_to_five_minutes() -> None:
    breaker, now, pauses = failing(FAILURES), 0.0, []
    for number in range(10_000):
        until = breaker.wakes_at(now)
        assert until is not None
        if number < 9:
            pauses.append(until - now)
        now = until
        assert breaker.begin()
        breaker.end("p", [DOWN], now, probe=True)
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert breaker.wakes_at(now) == now + LONGEST_PAUSE_S


def test_calls_that_were_side_by_side_count_once() -> None:
    breaker = failing(8, REJECTED)
    assert breaker.wakes_at(0.0) == 5.0


def test_a_probe_that_is_broken_off_or_asks_nobody_leaves_room_for_the_next() -> None:
    breaker = failing(FAILURES)
    for answers in ([], [MissingIdentity("email")], [Result("client_signal")]):
        assert breaker.begin()
        breaker.end("p", answers, 5.0, probe=True)
        assert (breaker.state(5.0), breaker.allows(5.0)) == ("half_open", True)


def test_after_a_good_answer_the_next_pause_is_short_again() -> None:
    breaker = failing(FAILURES)
    breaker.begin()
    breaker.end("p", [DOWN], 5.0, probe=True)
    breaker.begin()
    breaker.end("p", [GOOD], 15.0, probe=True)
    breaker.end("p", [REJECTED], 20.0, probe=False)
    assert breaker.wakes_at(20.0) == 25.0


def test_that_a_vendor_is_ill_does_not_mean_that_it_takes_our_credentials() -> None:
    breaker = failing(1, REJECTED)
    breaker.begin()
    breaker.end("p", [DOWN], 5.0, probe=True)
    assert (breaker.cause, breaker.reason) == ("refused", "http_401")
    breaker.begin()
    breaker.end("p", [UNREACHABLE], 15.0, probe=True)
    assert breaker.cause == "unreachable"


def test_while_the_vendor_asks_everybody_to_wait_nobody_goes_and_then_everybody() -> None:
    breaker = Breaker()
    breaker.hold(10, 0.0)
    breaker.hold(3, 0.0)
    assert (breaker.allows(9.9), breaker.wakes_at(9.9), breaker.held_s(4.0)) == (False, 10.0, 6.0)
    assert breaker.state(1.0) == "closed", "it is the vendor's own wish"
    assert (breaker.allows(10.0), breaker.wakes_at(10.0), breaker.held_s(99.0)) == (True, None, 0.0)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "unknown"),
        ([GOOD, DOWN], "alive"),
        ([GOOD, REJECTED], "refused"),
        ([DOWN, UNREACHABLE], "unreachable"),
        ([DOWN, VendorUnavailable("not_found_yet", lane_wide=False)], "down"),
        ([VendorUnavailable("token_throttled", status=400)], "unknown"),
        ([VendorUnavailable("answer_is_no_json", status=200)], "down"),
        ([VendorUnavailable("record_locked", status=200)], "alive"),
        ([BatchRefused("http_400", status=400)], "alive"),
        ([BatchRefused("answer_not_understood", status=200)], "unknown"),
        *(([VendorUnavailable(word)], "down") for word in ("timeout", "connection_reset", "answer_too_long")),
    ],
)
def test_what_a_calls_answers_say_of_the_vendor(answers: list[Result | VendorError], said: str) -> None:
    assert verdict(answers) == said
