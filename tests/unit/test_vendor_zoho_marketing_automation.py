"""What differs from Zoho Campaigns; all that is shared is tested there."""

from __future__ import annotations

import json

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

LEADS = vendor("zoho_marketing_automation", lists={"news": "key-n"}, data_centre="eu")
LEAD = json.dumps({"Lead Email": EMAIL})


def post(verb: str, **more: str) -> tuple[str, str, dict[str, str]]:
    return "POST", f"/api/v1/json/{verb}", {"resfmt": "JSON", **more, "leadinfo": LEAD}


@pytest.mark.parametrize(("action", "verb"), [("grant", "listsubscribe"), ("withdraw", "listunsubscribe")])
def test_a_choice_about_a_purpose_is_one_about_its_list(action: str, verb: str) -> None:
    played = play(LEADS.script(instruction(action)), lambda _: reply({"code": "0"}))  # type: ignore[arg-type]
    assert [shown(call) for call in played.calls] == [post(verb, listkey="key-n")]
    assert {call.api for call in played.calls} == {verb}
    assert played.result.outcome == ("accepted" if action == "grant" else "executed")


@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_of_everything_it_is_the_registry_that_notifies_nobody(action: str) -> None:
    played = play(LEADS.script(instruction(action, all_purposes=True)), lambda _: reply({"code": "0"}))  # type: ignore[arg-type]
    assert [shown(call) for call in played.calls] == [post("leaddonotmail")]
    assert played.result.outcome == ("manual_task" if action == "delete" else "executed")


def test_a_grant_to_somebody_in_the_registry_is_a_task() -> None:
    played = play(LEADS.script(instruction("grant")), lambda _: reply({"code": "2006"}))
    assert (played.result.outcome, played.result.reason) == ("manual_task", "do_not_mail_in_force")


def test_an_address_with_signs_of_the_format_is_never_sent() -> None:
    played = play(LEADS.script(instruction("withdraw", emails=("a}b@x.test",))), lambda _: reply({"code": "0"}))
    assert (played.calls, type(played.result)) == ([], VendorRefused)


def test_its_apis_are_locked_each_for_itself_below_the_documented_limit() -> None:
    assert LEADS.apis == ("listsubscribe", "listunsubscribe", "leaddonotmail")
    (window,) = LEADS.limits
    assert (window.calls, window.seconds, window.lock_s, window.together) == (499, 300, 1800, False)
    fault = LEADS.fault(reply({"error": {"title": "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"}}, 400))
    assert isinstance(fault, VendorUnavailable)
    assert fault.retry_after == 1800


def test_calls_beyond_the_limit_are_tried_again_and_refuse_nobody() -> None:
    body = {"code": "2008", "status": "error", "message": "Calls limit exceeded. Permitted calls per hour 500"}
    fault = LEADS.fault(reply(body))
    assert isinstance(fault, VendorUnavailable)
    assert (fault.reason, fault.retry_after, fault.too_fast) == ("locked_out", 1800, True)


def test_missing_rights_and_a_deleted_list_stop_the_lane() -> None:
    assert isinstance(LEADS.fault(reply({"code": 906, "message": "Not an authorized user"})), VendorAuthRejected)
    deleted = {"code": "2206", "message": "List has been deleted."}
    gone = play(LEADS.script(instruction("withdraw")), lambda _: reply(deleted))
    assert (type(gone.result), gone.result.reason) == (VendorAuthRejected, "list_key_rejected")


def test_that_the_lead_is_notified_is_said() -> None:
    assert "notifies the lead by mail" in LEADS.can["withdraw"].says
    assert any("notified by mail" in trap for trap in LEADS.traps)
    assert LEADS.url == "https://marketingautomation.zoho.eu"
