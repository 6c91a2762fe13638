from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, shown, vendor

from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable
from schemas.events import Identity

if TYPE_CHECKING:
    from processors.vendors.base import Call, Reply

GA = vendor("google_analytics", property_ids=["310987654", "2"])
PATH = "/analytics/v3/userDeletion/userDeletionRequests:upsert"


def taken_in(call: Call) -> Reply:
    repeated = {} if "v1alpha" in call.path else call.json
    return reply({**repeated, "deletionRequestTime": "2026-03-02T09:30:00Z"})


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


WITH_ADDRESSES = vendor("google_analytics", property_ids=["2"], user_provided_data=True)


def submitted(data: str) -> tuple[str, str, object]:
    return "POST", "/v1alpha/properties/2:submitUserDeletion", {"userProvidedData": data}


def test_where_addresses_are_collected_the_admin_api_is_asked_about_each_as_it_wants_them_written() -> None:
    more = (("phone", "+49 (151) 123-45678"), ("user_id", "u-1"))
    asked = instruction("delete", emails=("A.N.N+x@GMail.com", "An.n+x@Example.test "), more=more)
    played = play(WITH_ADDRESSES.script(asked), taken_in)
    assert [shown(call) for call in played.calls] == [
        request("2", "USER_ID", "u-1"),
        submitted("ann+x@gmail.com"),
        submitted("an.n+x@example.test"),
        submitted("+4915112345678"),
    ]
    assert [WITH_ADDRESSES.url_of(call) for call in played.calls[:2]] == [
        "https://www.googleapis.com",
        "https://analyticsadmin.googleapis.com",
    ]
    assert {call.api for call in played.calls} == {"2"}, "the day's 500 of a property are shared"
    assert played.result.outcome == "accepted"


def test_the_right_to_edit_is_asked_for_only_where_it_is_needed() -> None:
    assert GA.scope == "https://www.googleapis.com/auth/analytics.user.deletion"
    assert WITH_ADDRESSES.scope == f"{GA.scope} https://www.googleapis.com/auth/analytics.edit"


def test_a_number_that_cannot_be_written_keeps_no_other_name_from_being_deleted() -> None:
    asked = instruction("delete", more=(("phone", "0151 12345"),))
    played = play(WITH_ADDRESSES.script(asked), taken_in)
    assert [shown(call) for call in played.calls] == [submitted("ann+news@example.test")]
    assert (type(played.result), played.result.reason) == (VendorRefused, "phone_not_e164")
    alone = play(WITH_ADDRESSES.script(instruction("delete", emails=(), more=(("phone", "0151 1"),))), taken_in)
    assert (alone.calls, alone.result.reason) == ([], "phone_not_e164")


def test_no_hash_is_sent_where_plain_text_is_wanted() -> None:
    hashed = Identity(type="email", value="0" * 64, format="sha256")
    asked = replace(instruction("delete"), identities=(hashed,))
    played = play(WITH_ADDRESSES.script(asked), taken_in)
    assert (played.calls, type(played.result)) == ([], MissingIdentity)


def test_an_address_is_nothing_that_analytics_finds_a_person_by() -> None:
    result = play(GA.script(instruction("delete")), taken_in).result
    assert isinstance(result, MissingIdentity)
    assert result.needed == GA.identifies_by == ("ga_client_id", "user_id", "ga_app_instance_id")


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


def test_the_admin_api_tells_a_limit_by_its_status() -> None:
    body: dict[str, Any] = {"error": {"code": 403, "status": "RESOURCE_EXHAUSTED"}}
    fault = GA.fault(reply(body, 403))
    assert isinstance(fault, VendorUnavailable)
    assert (fault.too_fast, fault.retry_after) == (True, 3600.0)
    body["error"]["status"] = "PERMISSION_DENIED"
    assert GA.fault(reply(body, 403)) is None


@pytest.mark.parametrize(
    "body", [{"error": {"errors": [{"reason": "insufficientPermissions"}]}}, {"error": "x"}, [], None]
)
def test_any_other_403_is_left_to_the_engine(body: object) -> None:
    assert GA.fault(reply(body, 403)) is None
