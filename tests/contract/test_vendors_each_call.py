"""Every adapter: each call of each action in turn is answered as no vendor should, all others as hoped."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from answers_support import API_CASES, CALLS, adapter, is_success, outcome, passes

from processors.vendors.base import VENDORS, Reply, Result
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.engine.transport import Request
    from schemas.records import Action

SIGNED = {"opendsr"}
"""Their answers are signed, which `rehearse` can't do; how they are read is tested with the adapter."""
BODY = b'{"message": "not as you think"}'
STATUSES = (202, 204, 207, 301, 400, 404, 409, 410, 422)
PASSING = (408, 429, 500, 502, 503)
NO_ANSWER = ("timeout", "connection_reset", "answer_too_long")


EACH = [(name, action, at) for (name, action), calls in CALLS.items() for at in range(len(calls))]


async def with_one_odd(name: str, action: Action, at: int, odd: Reply | VendorError) -> Any:
    """What comes of it when the call at this place is answered oddly."""
    vendor, calls, places = adapter(name), CALLS[name, action], count()

    async def send(_: Request) -> Reply:
        place = next(places)
        if place != at:
            return vendor.rehearse(calls[place]) if place < len(calls) else Reply(500)
        if isinstance(odd, VendorError):
            raise odd
        return odd

    return await outcome(name, action, send)


@pytest.mark.parametrize(("name", "action"), API_CASES)
async def test_answers_as_hoped_are_those_that_the_script_expects(name: str, action: Action) -> None:
    vendor, calls = adapter(name), CALLS[name, action]
    assert [vendor.rehearse(call).status in call.expect for call in calls] == [True] * len(calls)
    came = await with_one_odd(name, action, -1, Reply(500))
    assert isinstance(came, Result) is (name not in SIGNED)


@pytest.mark.parametrize(("name", "action", "at"), EACH)
async def test_no_call_takes_a_status_for_success_that_it_does_not_expect(name: str, action: Action, at: int) -> None:
    read = {*CALLS[name, action][at].expect, *VENDORS[name].documented}
    for status in STATUSES:
        came = await with_one_odd(name, action, at, Reply(status, {}, b"" if status == 204 else BODY))
        good = passes(name, action, status, came, known=at > 0) if status in read else not is_success(came)
        assert good, (status, came)


@pytest.mark.parametrize(("name", "action", "at"), EACH)
async def test_what_passes_is_tried_again_whichever_call_it_strikes(name: str, action: Action, at: int) -> None:
    odds: list[Reply | VendorError] = [Reply(status, {}, BODY) for status in PASSING]
    for odd in [*odds, *map(VendorUnavailable, NO_ANSWER)]:
        came = await with_one_odd(name, action, at, odd)
        assert isinstance(came, VendorUnavailable), (odd, came)


@pytest.mark.parametrize(("name", "action", "at"), EACH)
async def test_a_page_in_place_of_an_answer_is_tried_again(name: str, action: Action, at: int) -> None:
    for status in (200, 204, 404):
        came = await with_one_odd(name, action, at, Reply(status, {}, b" \n<!doctype html><title>Log in</title>"))
        assert isinstance(came, VendorUnavailable | VendorRefused), (status, came)


@pytest.mark.parametrize(("name", "action", "at"), EACH)
async def test_credentials_that_are_refused_stop_the_lane_whichever_call_it_strikes(
    name: str, action: Action, at: int
) -> None:
    came = await with_one_odd(name, action, at, Reply(403, {}, BODY))
    assert type(came) is VendorAuthRejected


@pytest.mark.parametrize(("name", "action", "at"), EACH)
def test_a_status_above_299_is_read_only_where_the_vendor_documents_it(name: str, action: Action, at: int) -> None:
    read = {status for status in CALLS[name, action][at].expect if status >= 300}
    assert read <= set(VENDORS[name].documented)
