"""What is done after a failed try."""

from __future__ import annotations

from random import Random

import pytest
from contract_support import a_few
from hypothesis import given
from hypothesis import strategies as st

from processors.delivering.retries import QUICK_CEILINGS_S, Decision, Fail, Halt, Hold, Retry, decide
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

BUDGET_S = 30.0


def after(error: VendorError, retries: int = 0, waited_s: float = 0.0, *, seed: int = 0) -> Decision:
    return decide(error, retries, waited_s, BUDGET_S, Random(seed))


def asks_for(seconds: float | None, *, lane_wide: bool = True) -> VendorUnavailable:
    return VendorUnavailable("http_503", status=503, retry_after=seconds, lane_wide=lane_wide)


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (VendorAuthRejected("invalid_token", status=401), Halt("invalid_token")),
        (VendorRefused("http_400", status=400), Fail("http_400")),
        (MissingIdentity("email"), Fail("missing_identity")),
        (asks_for(7), Retry(7)),
        (asks_for(30), Retry(30)),
        (asks_for(31), Hold(31)),
        (asks_for(86_400), Hold(86_400)),
    ],
)
def test_each_error_has_its_own_answer(error: VendorError, decision: Decision) -> None:
    assert after(error) == decision


@pytest.mark.parametrize(("retries", "ceiling"), list(enumerate(QUICK_CEILINGS_S)))
def test_a_retry_comes_somewhere_below_a_growing_ceiling(retries: int, ceiling: float) -> None:
    decisions = [after(asks_for(None), retries, seed=seed) for seed in range(200)]
    waits = [decision.after_s for decision in decisions if isinstance(decision, Retry)]
    assert len(waits) == 200
    assert 0 <= min(waits) < ceiling * 0.1
    assert ceiling * 0.9 < max(waits) <= ceiling


@pytest.mark.parametrize("seconds", [None, 0, 1])
def test_after_the_last_retry_it_is_given_up(seconds: float | None) -> None:
    assert after(asks_for(seconds), len(QUICK_CEILINGS_S), 5) == Fail("gave_up_after_http_503")


@pytest.mark.parametrize("seconds", [None, 0])
@pytest.mark.parametrize("waited_s", [BUDGET_S, BUDGET_S + 7])
def test_a_spent_budget_ends_it_too(seconds: float | None, waited_s: float) -> None:
    assert after(asks_for(seconds), 1, waited_s) == Fail("gave_up_after_http_503")


def test_a_wish_beyond_the_budget_is_everybodys_wait_and_costs_this_person_nothing() -> None:
    assert after(asks_for(20), 1, 15) == Hold(20)
    assert after(asks_for(20), len(QUICK_CEILINGS_S), 15) == Hold(20)
    assert after(asks_for(15), 1, 15) == Retry(15)


def test_a_wish_beyond_the_budget_about_one_person_stops_nobody_else() -> None:
    assert after(asks_for(20, lane_wide=False), 1, 15) == Fail("gave_up_after_http_503")
    assert after(asks_for(15, lane_wide=False), 1, 15) == Retry(15)


def test_credentials_and_refusals_do_not_depend_on_what_was_spent() -> None:
    assert after(VendorAuthRejected("invalid_token"), 99, 1e9) == Halt("invalid_token")
    assert after(VendorRefused("http_400"), 99, 1e9) == Fail("http_400")


@given(st.lists(st.none() | st.floats(0, 6), min_size=30, max_size=30), st.integers(0, 1000))
@a_few
def test_whatever_a_vendor_answers_in_its_need_it_ends(wishes: list[float | None], seed: int) -> None:
    random, waited = Random(seed), 0.0
    for retries, wish in enumerate(wishes):
        decision = decide(asks_for(wish), retries, waited, BUDGET_S, random)
        if isinstance(decision, Fail):
            assert decision.reason == "gave_up_after_http_503"
            assert retries == len(QUICK_CEILINGS_S)
            return
        assert isinstance(decision, Retry)
        waited += decision.after_s
    pytest.fail("it never ended")
