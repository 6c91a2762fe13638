from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from vendor_support import instruction, play, reply, shown, vendor

from schemas.errors import MissingIdentity, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Call, Reply

GA = vendor("google_analytics", property_ids=["310987654", "2"])
PATH = "/analytics/v3/userDeletion/userDeletionRequests:upsert"


def taken_in(call: Call) -> Reply:
    return reply({**call.json, "deletionRequestTime": "2026-03-02T09:30:00Z"})


def request(property_id: str, kind: str, user: str) -> tuple[str, str, object]:
    body = {"kind": "analytics#userDeletionRequest", "id": {"type": kind, "userId": user}, "propertyId": property_id}
    return "POST", PATH, body


def test_a_deletion_asks_once_per_id_and_property() -> None:
    more = (("ga_client_id", "123.456"), ("user_id", "u-1"), ("ga_client_id", "123.456"))
    played = play(GA.script(instruction("delete", more=more)), taken_in)
    ids = [("CLIENT_ID", "123.456"), ("USER_ID", "u-1")]
    assert [shown(call) for call in played.calls] == [request(p, *one) for p in ("310987654", "2") for one in ids]
    assert {call.api for call in played.calls} == {"310987654", "2"}, "Google limits each property by itself"


def test_a_request_taken_in_is_accepted_but_not_confirmed() -> None:
    result = play(GA.script(instruction("delete", more=(("user_id", "u-1"),))), taken_in).result
    assert result.outcome == GA.can["delete"].closing == "accepted"
    assert result.evidence.detail == "unconfirmed"
    assert result.evidence.job_id == "2026-03-02T09:30:00Z"
    assert result.evidence.vendor_limit_s == GA.can["delete"].vendor_limit_s == 63 * 86400


def test_the_value_of_a_cookie_becomes_the_client_id() -> None:
    played = play(GA.script(instruction("delete", more=(("ga_client_id", "GA1.1.123.456"),))), taken_in)
    assert played.calls[0].json["id"] == {"type": "CLIENT_ID", "userId": "123.456"}


def test_an_address_is_nothing_that_analytics_finds_a_person_by() -> None:
    result = play(GA.script(instruction("delete")), taken_in).result
    assert isinstance(result, MissingIdentity)
    assert result.needed[:2] == ("ga_client_id", "user_id")


def test_consent_is_a_signal_of_the_site_and_makes_no_call() -> None:
    for action in ("grant", "withdraw"):
        played = play(GA.script(instruction(action)), taken_in)
        assert (played.calls, played.result.outcome) == ([], "client_signal")


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    "reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"]
)
def test_a_limit_told_as_403_is_no_fault_of_the_credentials(status: int, reason: str) -> None:
    fault = GA.fault(reply({"error": {"code": status, "errors": [{"reason": reason}]}}, status))
    assert isinstance(fault, VendorUnavailable)
    assert fault.retry_after


@pytest.mark.parametrize(
    "body", [{"error": {"errors": [{"reason": "insufficientPermissions"}]}}, {"error": "x"}, [], None]
)
def test_any_other_403_is_left_to_the_engine(body: object) -> None:
    assert GA.fault(reply(body, 403)) is None
