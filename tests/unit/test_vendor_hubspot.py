from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.base import Call, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    Plays = Callable[[Call], Reply]

HUBSPOT = vendor("hubspot", subscriptions={"news": 7, "surveys": 8}, tracking=["web-analytics"])
STATUS = "/communication-preferences/v4/statuses/ann%2Bnews%40example.test"
BATCH = "/crm/v3/objects/contacts/batch/read"
DELETE, SEARCH = "/crm/v3/objects/contacts/gdpr-delete", "/crm/v3/objects/contacts/search"


def contact(number: str = "101", email: str = EMAIL, further: str | None = None) -> dict[str, Any]:
    return {"id": number, "properties": {"email": email, "hs_additional_emails": further}}


def hubspot(
    *contacts: dict[str, Any], out: bool = False, gone: int = 204, read: int = 404
) -> Callable[[Call], Reply]:
    """Plays HubSpot with these contacts; out: of all mail."""

    def answer(call: Call) -> Reply:
        if call.path.endswith("/search"):
            return reply({"total": len(contacts), "results": list(contacts)})
        if call.path == BATCH:
            return reply({"status": "COMPLETE", "results": []})
        if call.path == DELETE:
            return Reply(gone)
        if call.path.startswith("/crm/"):
            return Reply(read)
        done: dict[str, Any] = {"status": "COMPLETE", "results": []}
        if call.method == "GET" and call.path.endswith("-all"):
            done["results"] = [{"status": "UNSUBSCRIBED"}] if out else []
        elif call.json:
            done["results"] = [{"subscriptionId": call.json["subscriptionId"], "status": call.json["statusState"]}]
        return reply(done)

    return answer


def paths(calls: list[Call]) -> list[str]:
    return [call.path for call in calls]


def test_a_withdrawal_unsubscribes_the_address_from_each_purposes_type() -> None:
    played = play(HUBSPOT.script(instruction("withdraw", purposes=("surveys", "news"))), hubspot(contact()))
    body = {"statusState": "UNSUBSCRIBED", "channel": "EMAIL"}
    assert [shown(call) for call in played.calls[:2]] == [
        ("POST", STATUS, {"subscriptionId": 7, **body}),
        ("POST", STATUS, {"subscriptionId": 8, **body}),
    ]
    assert played.result.outcome == "executed"


def test_a_withdrawal_of_everything_reaches_all_addresses_of_the_contact() -> None:
    known = contact(email="own@example.test", further=f"{EMAIL};old@example.test")
    played = play(HUBSPOT.script(instruction("withdraw", all_purposes=True)), hubspot(known))
    named, _, *others = played.calls
    assert [(call.path.split("/")[-2], dict(call.params)["verbose"]) for call in (named, *others)] == [
        ("ann%2Bnews%40example.test", "true"),
        ("old%40example.test", "true"),
        ("own%40example.test", "true"),
    ]
    assert played.result.evidence.detail == "addresses=3"


def test_a_withdrawal_of_somebody_unknown_is_still_carried_out() -> None:
    played = play(HUBSPOT.script(instruction("withdraw")), hubspot())
    assert played.result.outcome == "executed"
    assert paths(played.calls)[:1] == [STATUS]


@pytest.mark.parametrize("everything", [True, False])
def test_the_named_address_is_out_before_a_search_that_may_fail(everything: bool) -> None:  # noqa: FBT001
    def answer(call: Call) -> Any:
        failed = VendorAuthRejected("http_403", status=403)
        return failed if call.path.endswith("/search") else hubspot()(call)

    played = play(HUBSPOT.script(instruction("withdraw", all_purposes=everything)), answer)
    assert paths(played.calls) == [f"{STATUS}/unsubscribe-all" if everything else STATUS, SEARCH]
    assert isinstance(played.result, VendorAuthRejected)


def test_a_neighbour_whom_the_search_finds_too_is_left_alone() -> None:
    played = play(HUBSPOT.script(instruction("delete", refs=("looked",))), hubspot(contact(email=f"x{EMAIL}")))
    assert (played.result.outcome, paths(played.calls)) == ("no_match", [SEARCH, BATCH])


def test_a_status_that_is_not_the_one_asked_for_is_no_success() -> None:
    def answer(call: Call) -> Reply:
        if call.path.endswith("/search"):
            return reply({"results": [contact()]})
        return reply({"status": "COMPLETE", "results": [{"subscriptionId": 7, "status": "SUBSCRIBED"}]})

    for everything in (True, False):
        script = HUBSPOT.script(instruction("withdraw", all_purposes=everything))
        assert isinstance(play(script, answer).result, VendorRefused)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": "PENDING", "results": []}, VendorUnavailable),
        ({"status": "CANCELED", "results": []}, VendorRefused),
        ({"status": "COMPLETE", "results": [], "numErrors": 1}, VendorRefused),
        ({"status": "COMPLETE", "results": [], "errors": [{}]}, VendorRefused),
        ({"status": "COMPLETE", "results": []}, VendorRefused),
    ],
)
def test_an_answer_with_errors_is_no_success(body: object, kind: type[Exception]) -> None:
    def answer(call: Call) -> Reply:
        return reply({"results": [contact()]}) if call.path.endswith("/search") else reply(body)

    assert isinstance(play(HUBSPOT.script(instruction("withdraw")), answer).result, kind)


def test_a_grant_names_its_legal_basis_and_asks_whether_all_mail_is_off() -> None:
    played = play(HUBSPOT.script(instruction("grant")), hubspot(contact()))
    _, subscribed, asked = played.calls
    assert subscribed.json["statusState"] == "SUBSCRIBED"
    assert subscribed.json["legalBasis"] == "CONSENT_WITH_NOTICE"
    assert (asked.method, asked.path) == ("GET", f"{STATUS}/unsubscribe-all")
    assert played.result.outcome == "executed"
    out = play(HUBSPOT.script(instruction("grant")), hubspot(contact(), out=True)).result
    assert (out.outcome, out.reason) == ("manual_task", "unsubscribed_from_all")


def test_nobody_is_made_by_a_grant_and_a_first_look_is_not_believed() -> None:
    first = play(HUBSPOT.script(instruction("grant")), hubspot())
    assert (first.result.reason, first.notes[0].refs) == ("not_found_yet", ("looked",))
    second = play(HUBSPOT.script(instruction("grant", refs=("looked",))), hubspot())
    assert (second.result.outcome, len(second.calls)) == ("no_match", 1)


def test_a_deletion_goes_by_the_contacts_ids_which_are_noted_before() -> None:
    played = play(HUBSPOT.script(instruction("delete")), hubspot(contact("101"), contact("102", further=EMAIL)))
    assert [step if isinstance(step, Call) else step.refs for step in played.steps][1] == ("101", "102")
    assert [shown(call) for call in played.calls[1:]] == [
        ("POST", DELETE, {"objectId": "101"}),
        ("POST", DELETE, {"objectId": "102"}),
    ]
    assert (played.result.outcome, played.result.evidence.vendor_limit_s) == ("accepted", 30 * 86_400)


@pytest.mark.parametrize("refs", [(), ("looked",), ("101",)])
def test_a_deletion_is_never_asked_for_by_address_nor_by_archiving(refs: tuple[str, ...]) -> None:
    for known in ((), (contact(),), (contact(), contact("102", email="other@example.test", further=EMAIL))):
        for call in play(HUBSPOT.script(instruction("delete", refs=refs)), hubspot(*known)).calls:
            assert call.method != "DELETE"
            if call.path == DELETE:
                assert set(call.json) == {"objectId"}
                assert call.json["objectId"].isdigit()


def test_a_redo_deletes_whom_the_search_has_lost_already_and_believes_a_404_only_after_asking() -> None:
    gone = play(HUBSPOT.script(instruction("delete", refs=("101",))), hubspot(gone=404))
    assert paths(gone.calls[1:]) == [DELETE, "/crm/v3/objects/contacts/101"]
    assert gone.result.outcome == "accepted"
    there = play(HUBSPOT.script(instruction("delete", refs=("101",))), hubspot(gone=404, read=200))
    assert isinstance(there.result, VendorUnavailable)


@pytest.mark.parametrize("number", [None, "", "a/b", "1 or 2", EMAIL])
def test_what_is_no_contacts_number_goes_into_no_path(number: Any) -> None:
    with pytest.raises(ValueError, match="contact's id"):
        play(HUBSPOT.script(instruction("delete")), hubspot(contact(number)))


def test_more_than_a_page_of_contacts_is_nobody() -> None:
    page = {"results": [contact()], "paging": {"next": {"after": "100"}}}
    assert isinstance(play(HUBSPOT.script(instruction("delete")), lambda _: reply(page)).result, VendorRefused)


@pytest.mark.parametrize("everything", [True, False])
def test_a_name_that_would_be_another_path_is_refused(everything: bool) -> None:  # noqa: FBT001
    played = play(HUBSPOT.script(instruction("withdraw", emails=("..",), all_purposes=everything)), hubspot())
    assert (played.calls, played.result.reason) == ([], "identity_not_encodable")


def test_a_purpose_that_is_tracked_and_has_a_subscription_is_withdrawn_from() -> None:
    both = vendor("hubspot", subscriptions={"news": 7}, tracking=["news"])
    played = play(both.script(instruction("withdraw")), hubspot(contact()))
    assert [call.json["subscriptionId"] for call in played.calls[:1]] == [7]
    assert played.result.outcome == "executed"


@pytest.mark.parametrize("action", ["withdraw", "grant"])
def test_a_choice_of_mail_and_tracking_says_that_the_banner_has_to_do_the_rest(action: Any) -> None:
    asked = instruction(action)
    both = replace(asked, cells=frozenset({("news", "email"), ("web-analytics", "web")}))
    result = play(HUBSPOT.script(both), hubspot(contact())).result
    assert (result.outcome, result.reason) == ("executed", "tracking_by_cookie_banner")
    assert play(HUBSPOT.script(asked), hubspot(contact())).result.reason is None
    if action == "withdraw":
        read = play(HUBSPOT.read_back(both), hubspot(out=True)).result
        assert (read.outcome, read.reason) == ("verified", "tracking_by_cookie_banner")


def test_what_the_tracking_code_does_is_the_sites_own_signal() -> None:
    for purposes, channel, outcome in (
        (("web-analytics",), "web", "client_signal"),
        (("web-analytics",), "email", "not_applicable"),
        (("news",), "web", "not_applicable"),
    ):
        asked = instruction("withdraw", purposes=purposes)
        about = type(asked)("d1", "withdraw", frozenset((p, channel) for p in purposes), True, asked.identities)  # noqa: FBT003
        played = play(HUBSPOT.script(about), hubspot(contact()))
        assert (played.result.outcome, played.calls) == (outcome, [])


def test_a_purpose_without_a_type_is_not_passed_over() -> None:
    withdrawn = play(HUBSPOT.script(instruction("withdraw", purposes=("news", "other"))), hubspot(contact()))
    assert [call.json["subscriptionId"] for call in withdrawn.calls[:1]] == [7]
    assert withdrawn.result.reason == "no_subscription_for_purpose"
    granted = play(HUBSPOT.script(instruction("grant", purposes=("news", "other"))), hubspot(contact()))
    assert (granted.calls, granted.result.reason) == ([], "no_subscription_for_purpose")


def test_what_was_done_is_read_back() -> None:
    def read(answer: Plays, action: Any, **more: Any) -> Any:
        return play(HUBSPOT.read_back(instruction(action, **more)), answer).result

    assert read(hubspot(), "delete").outcome == "verified"
    assert isinstance(read(hubspot(contact()), "delete"), Undone)
    assert read(hubspot(out=True), "withdraw").outcome == "verified"
    assert isinstance(read(hubspot(), "withdraw", all_purposes=True), Undone)
    assert isinstance(read(hubspot(), "withdraw"), Undone)

    def off(call: Call) -> Reply:
        found = [] if call.path.endswith("-all") else [{"subscriptionId": 7, "status": "UNSUBSCRIBED"}]
        return reply({"status": "COMPLETE", "results": found})

    assert read(off, "withdraw").outcome == "verified"
    assert isinstance(read(off, "withdraw", all_purposes=True), Undone)
