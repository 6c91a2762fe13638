"""What is done after a failed try."""

from __future__ import annotations

from random import Random

import pytest
from contract_support import a_few
from delivering_support import BUSY, REFUSED, REJECTED, UNREACHABLE, job
from hypothesis import given
from hypothesis import strategies as st
from plan_support import DAY, NOW

from processors.delivering.backoff import QUICK_CEILINGS_S, Again, Backoff, Decision, Fail, Park, Retry, decide
from schemas.errors import MissingIdentity, VendorError, VendorUnavailable
from schemas.times import SECOND

QUICK = len(QUICK_CEILINGS_S)
BACKOFF = Backoff(budget_s=30.0, ceiling_s=3600.0)


def after(
    error: VendorError,
    attempt: int = 1,
    waited_s: float = 0.0,
    *,
    share: float = 0.5,
    wall: int = NOW,
    due_at: int = NOW + 30 * DAY,
) -> Decision:
    one = job(1, due_at=due_at)
    one.attempt, one.waited_s = attempt, waited_s
    return decide(error, one, BACKOFF, share, wall)


def asks_for(seconds: float | None, *, lane_wide: bool = True) -> VendorUnavailable:
    return VendorUnavailable("http_503", status=503, retry_after=seconds, lane_wide=lane_wide)


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (REJECTED, Again()),
        (UNREACHABLE, Again()),
        (REFUSED, Fail("http_400")),
        (MissingIdentity("email"), Fail("missing_identity")),
        (asks_for(7), Retry(7)),
        (asks_for(30), Retry(30)),
        (asks_for(31), Again(31)),
        (asks_for(86_400), Again(86_400)),
        (BUSY, Retry(0.5)),
    ],
)
def test_each_error_has_its_own_answer(error: VendorError, decision: Decision) -> None:
    assert after(error) == decision


@pytest.mark.parametrize(("attempt", "ceiling"), list(enumerate(QUICK_CEILINGS_S, 1)))
def test_a_quick_try_comes_somewhere_below_a_growing_ceiling(attempt: int, ceiling: float) -> None:
    waits = [after(asks_for(None), attempt, share=share) for share in (0.0, 0.25, 1.0)]
    assert waits == [Retry(0.0), Retry(ceiling / 4), Retry(ceiling)]


@pytest.mark.parametrize(("more", "ceiling_s"), [(1, 60), (2, 120), (3, 240), (7, 3600), (500, 3600)])
def test_then_it_is_parked_for_minutes_to_hours_up_to_the_ceiling(more: int, ceiling_s: float) -> None:
    for share in (0.0, 0.5, 1.0):
        wait = ceiling_s * share
        assert after(asks_for(None), QUICK + more, share=share) == Park(NOW + round(wait * SECOND), wait)


def test_a_spent_budget_parks_it_too() -> None:
    assert after(asks_for(None), 2, 29.5) == Park(NOW + 30 * SECOND, 30.0)
    assert after(asks_for(15), 2, 15) == Retry(15)
    assert after(asks_for(20), 2, 15) == Park(NOW + 30 * SECOND, 30.0)


def test_the_vendors_wish_is_never_undercut() -> None:
    assert after(asks_for(25), QUICK + 1, share=0.0) == Park(NOW + 25 * SECOND, 25.0)
    assert after(asks_for(25), QUICK + 1, share=1.0) == Park(NOW + 60 * SECOND, 60.0)
    assert after(asks_for(7200, lane_wide=False), QUICK + 9) == Park(NOW + 7200 * SECOND, 7200.0)


def test_a_wish_about_one_person_stops_nobody_else() -> None:
    assert after(asks_for(86_400, lane_wide=False)) == Park(NOW + DAY, 86_400.0)
    assert after(asks_for(15, lane_wide=False), 2, 15) == Retry(15)


def test_the_last_try_is_at_the_legal_deadline_and_then_it_has_failed() -> None:
    due = NOW + 20 * SECOND
    assert after(asks_for(None), QUICK + 3, due_at=due) == Park(due, 20.0)
    assert after(asks_for(None), QUICK + 4, wall=due, due_at=due) == Fail("gave_up_after_http_503")
    assert after(asks_for(25, lane_wide=False), QUICK + 3, due_at=due) == Park(NOW + 25 * SECOND, 25.0)


def test_a_delivery_that_came_too_late_has_its_quick_tries_all_the_same() -> None:
    assert after(asks_for(None), 1, due_at=1) == Retry(0.5)
    assert after(asks_for(None), QUICK + 1, due_at=1) == Fail("gave_up_after_http_503")


def test_a_connection_may_give_up_before_the_deadline_and_never_after_it() -> None:
    one = job(1, received_at=NOW - 100 * SECOND)
    one.attempt = QUICK + 1
    for until_s, last in ((90, False), (110, True)):
        decision = decide(asks_for(None), one, Backoff(until_s=until_s), 0.5, NOW)
        assert isinstance(decision, Park) == last
    assert Backoff(until_s=1e9).last_moment(one) == one.delivery.due_at


def test_lane_trouble_and_refusals_do_not_depend_on_what_was_spent() -> None:
    assert after(REJECTED, 99, 1e9) == Again()
    assert after(REFUSED, 99, 1e9) == Fail("http_400")


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.3, 1.0]))
@a_few
def test_whatever_a_vendor_answers_in_its_need_it_ends(seed: int, wishes: float) -> None:
    random, one, wall = Random(seed), job(1, due_at=NOW + DAY), NOW
    for _ in range(5000):
        wish = random.uniform(0, 40) if random.random() < wishes else None
        one.attempt += 1
        decision = decide(asks_for(wish), one, BACKOFF, random.random(), wall)
        match decision:
            case Fail(reason):
                assert reason == "gave_up_after_http_503"
                assert wall >= one.delivery.due_at
                return
            case Retry(after_s):
                one.waited_s += after_s
                wall += round(after_s * SECOND)
                assert one.waited_s <= 30
            case Park(until, after_s):
                assert until >= wall + round((wish or 0) * SECOND)
                assert after_s <= max(3600, wish or 0)
                wall = until
            case Again(hold_s):
                assert hold_s == wish
                assert hold_s > 30
                one.attempt -= 1
                wall += round(hold_s * SECOND)
    pytest.fail("it never ended")
