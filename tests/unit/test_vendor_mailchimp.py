from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, Played, instruction, play, reply, vendor

from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import SetupError, VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Answer, Call, Instruction
    from schemas.records import Action

LISTS = {"news": "aaaaaaaaaa", "surveys": "bbbbbbbbbb"}
MAILCHIMP = vendor("mailchimp", data_centre="us21", lists=LISTS, other_lists=["cccccccccc"])
HASH = hashlib.md5(EMAIL.encode()).hexdigest()  # noqa: S324 - as Mailchimp names members
ABSENT = reply({"title": "Resource Not Found", "status": 404}, 404)


def ask(
    members: dict[str, str], *, put: Answer | None = None, patch: Answer | None = None, audience: Answer | None = None
) -> Any:
    """Mailchimp with this person as a member of these audiences."""

    def answer(call: Call) -> Answer:
        name = call.path.split("/")[3]
        if "/members/" not in call.path:
            return audience or reply({"id": name})
        if call.method == "GET":
            return reply({"status": members[name]}) if name in members else ABSENT
        if call.method == "POST":
            return reply(None, 204) if name in members else ABSENT
        return (put if call.method == "PUT" else patch) or reply({"status": call.json["status"]})

    return answer


def do(asked: Instruction, members: dict[str, str], **more: Any) -> Played:
    return play(MAILCHIMP.script(asked), ask(members, **more))


def changes(played: Played) -> list[tuple[str, str, Any]]:
    return [(call.method, call.path, call.json) for call in played.calls if call.method != "GET"]


def test_a_member_is_named_by_the_md5_of_the_address_in_lower_case() -> None:
    played = do(instruction("withdraw", emails=(f" {EMAIL.upper()} ", EMAIL)), {"aaaaaaaaaa": "subscribed"})
    body = {"status": "unsubscribed"}
    assert changes(played) == [("PATCH", f"/3.0/lists/aaaaaaaaaa/members/{HASH}", body)], "one person, once"
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "audiences=1")


def test_a_field_that_the_audience_asks_for_keeps_nobody_in_it() -> None:
    """skip_merge_validation: mailchimp-marketing-python 3305fa4; the refusal: drewm/mailchimp-api issue 298."""
    refused = reply({"title": "Invalid Resource", "detail": "Your merge fields were invalid.", "status": 400}, 400)

    def answer(call: Call) -> Answer:
        if call.method in {"PATCH", "PUT"} and call.params.get("skip_merge_validation") != "true":
            return refused if 400 in call.expect else VendorRefused("http_400", status=400)
        return ask({} if call.method == "PUT" else {"bbbbbbbbbb": "subscribed"})(call)  # type: ignore[no-any-return]

    for action, purposes in (("withdraw", ("surveys",)), ("grant", ("news",))):
        played = play(MAILCHIMP.script(instruction(action, purposes=purposes)), answer)  # type: ignore[arg-type]
        assert (len(changes(played)), played.result.outcome) == (1, MAILCHIMP.can[action].closing)  # type: ignore[index]


def test_a_withdrawal_of_everything_reaches_every_audience_of_the_connection() -> None:
    played = do(instruction("withdraw", all_purposes=True), dict.fromkeys([*LISTS.values(), "cccccccccc"], "pending"))
    assert [path.split("/")[3] for _, path, _ in changes(played)] == ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]


def test_a_stranger_is_no_match_once_the_audiences_are_known_to_be_there() -> None:
    for action in ("withdraw", "delete"):
        played = do(instruction(action), {})
        assert (played.result.outcome, changes(played)) == ("no_match", [])
        assert "/3.0/lists/aaaaaaaaaa" in [call.path for call in played.calls]


def test_a_wrong_audience_stops_the_lane_and_is_nobodys_absence() -> None:
    for action in ("withdraw", "delete", "grant"):
        came = do(instruction(action), {}, audience=ABSENT).result
        assert (type(came), came.reason) == (VendorAuthRejected, "audience_not_found")
    assert type(do(instruction("delete"), {}, audience=reply({}, 404)).result) is VendorRefused, "who is speaking?"


def test_an_erasure_deletes_for_good_everywhere_and_never_archives() -> None:
    played = do(instruction("delete"), {"aaaaaaaaaa": "unsubscribed", "cccccccccc": "archived"})
    assert changes(played) == [
        ("POST", f"/3.0/lists/{name}/members/{HASH}/actions/delete-permanent", None)
        for name in ("aaaaaaaaaa", "cccccccccc")
    ]
    assert "DELETE" not in {call.method for call in played.calls}
    assert [note.refs for note in played.notes] == [(f"aaaaaaaaaa/{HASH}", f"cccccccccc/{HASH}")]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "audiences=2")


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_an_address_that_is_none_keeps_nothing_from_the_others_and_is_told(action: Action) -> None:
    there = {} if action == "grant" else dict.fromkeys(LISTS.values(), "subscribed")
    alone = do(instruction(action), there)
    played = do(instruction(action, emails=("ann at x.test", EMAIL)), there)
    assert changes(played) == changes(alone) != []
    assert (type(played.result), played.result.reason) == (VendorRefused, "email_not_hashable")
    nobody = do(instruction("delete", emails=("ann at x.test", EMAIL)), {})
    assert nobody.result.reason == "email_not_hashable", "it may be the one that is known"


def test_a_redo_knows_whom_the_first_try_has_deleted() -> None:
    refs = (f"aaaaaaaaaa/{HASH}", f"cccccccccc/{HASH}")
    played = do(instruction("delete", refs=refs), {"cccccccccc": "archived"})
    assert (len(changes(played)), played.notes, played.result.outcome) == (1, [], "executed")
    again = do(instruction("delete", refs=refs), {}).result
    assert (again.outcome, again.evidence.detail) == ("executed", f"audiences=0, not_found_again={len(refs)}")


def test_a_grant_is_pending_and_never_subscribes_by_itself() -> None:
    for members in ({}, {"aaaaaaaaaa": "unsubscribed"}, {"aaaaaaaaaa": "archived"}):
        played = do(instruction("grant", all_purposes=True), members)
        body = {"email_address": EMAIL, "status_if_new": "pending", "status": "pending"}
        assert changes(played) == [("PUT", f"/3.0/lists/aaaaaaaaaa/members/{HASH}", body)]
        assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "pending_opt_in")


def test_who_is_subscribed_or_was_asked_is_not_asked_again() -> None:
    there = do(instruction("grant"), {"aaaaaaaaaa": "subscribed"})
    assert (changes(there), there.result.outcome) == ([], "executed")
    waits = do(instruction("grant"), {"aaaaaaaaaa": "pending"})
    assert (changes(waits), waits.result.outcome, waits.result.evidence.detail) == ([], "accepted", "pending_opt_in")


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Member In Compliance State", "compliance_state"),
        ("Forgotten Email Not Subscribed", "permanently_deleted"),
    ],
)
def test_who_can_only_come_back_by_himself_is_a_task(title: str, reason: str) -> None:
    refused = reply({"title": title, "detail": f"{EMAIL} was permanently deleted", "status": 400}, 400)
    came = do(instruction("grant"), {}, put=refused).result
    assert (came.outcome, came.reason) == ("manual_task", reason)
    assert EMAIL not in repr(came)


def test_any_other_refusal_is_one_in_mailchimps_words() -> None:
    came = do(instruction("grant"), {}, put=reply({"title": "Invalid Resource", "status": 400}, 400)).result
    assert (type(came), came.reason, came.status) == (VendorRefused, "invalid_resource", 400)


def test_who_signed_up_too_often_is_asked_again_later() -> None:
    """In these words at ibericode/mailchimp-for-wordpress issue 506 and JustFixNYC/tenants2 issue 1576."""
    detail = f"{EMAIL} has signed up to a lot of lists very recently; we're not allowing more signups for now"
    for_now = reply({"title": "Invalid Resource", "detail": detail, "status": 400}, 400)
    came = do(instruction("grant"), {}, put=for_now).result
    assert (type(came), came.reason, came.lane_wide) == (VendorUnavailable, "too_many_signups_for_now", False)


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_change_that_the_answer_does_not_show_is_none(action: Action) -> None:
    other = reply({"status": "cleaned" if action == "grant" else "subscribed"})
    came = do(instruction(action), {"aaaaaaaaaa": "unsubscribed"}, put=other, patch=other).result
    assert (type(came), came.reason) == (VendorRefused, "status_not_taken")


def test_an_error_in_a_200_is_no_status() -> None:
    with pytest.raises(ValueError, match="no member's status"):  # of which the engine makes answer_not_understood
        do(instruction("withdraw"), {"aaaaaaaaaa": "500"})


def test_a_member_who_went_meanwhile_is_looked_up_again() -> None:
    came = do(instruction("withdraw"), {"aaaaaaaaaa": "subscribed"}, patch=ABSENT).result
    assert (type(came), came.reason) == (VendorUnavailable, "member_gone_meanwhile")


def test_a_purpose_without_an_audience_is_not_passed_over() -> None:
    withdrawn = do(instruction("withdraw", purposes=("news", "other")), {"aaaaaaaaaa": "subscribed"})
    assert (len(changes(withdrawn)), withdrawn.result.reason) == (1, "no_list_for_purpose")
    for action, purposes in (("grant", ("news", "other")), ("withdraw", ("other",))):
        played = do(instruction(action, purposes=purposes), {})  # type: ignore[arg-type]
        assert (played.calls, played.result.reason) == ([], "no_list_for_purpose")


@pytest.mark.parametrize(
    ("action", "members", "came"),
    [
        ("delete", {}, "verified"),
        ("delete", {"cccccccccc": "archived"}, "found_again"),
        ("withdraw", {"aaaaaaaaaa": "unsubscribed", "bbbbbbbbbb": "subscribed"}, "verified"),
        ("withdraw", {"aaaaaaaaaa": "pending"}, "subscribed_again"),
    ],
)
def test_reading_back_changes_nothing_and_believes_what_is_shown(
    action: Action, members: dict[str, str], came: str
) -> None:
    played = play(MAILCHIMP.read_back(instruction(action)), ask(members))
    assert {call.method for call in played.calls} == {"GET"}
    match played.result:
        case Result(outcome=word) | Undone(VendorError(reason=word)):
            assert word == came


def test_the_data_centre_is_never_guessed() -> None:
    assert MAILCHIMP.url == "https://us21.api.mailchimp.com"
    for wrong in ("", "us21.evil.example", "us21/", "us"):
        with pytest.raises(ValidationError):
            vendor("mailchimp", data_centre=wrong, lists=LISTS)
    MAILCHIMP.check_secrets({"password": "0123456789abcdef-us21"})
    MAILCHIMP.check_secrets({"password": "a-token-of-oauth"})
    with pytest.raises(SetupError) as error:
        MAILCHIMP.check_secrets({"password": "0123456789abcdef-us5"})
    assert "0123456789abcdef" not in str(error.value)


@pytest.mark.parametrize("wrong", ["../lists", "a/b", "a b", ""])
def test_what_is_no_plain_id_becomes_no_part_of_a_path(wrong: str) -> None:
    with pytest.raises(ValidationError):
        vendor("mailchimp", data_centre="us21", lists={"news": wrong})
