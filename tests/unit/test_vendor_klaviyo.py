from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, Played, instruction, play, reply, vendor

from processors.vendors.base import Instruction, Reply, Result
from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorError, VendorRefused
from schemas.events import Identity

if TYPE_CHECKING:
    from processors.vendors.base import Answer, Call
    from schemas.records import Action

KLAVIYO = vendor("klaviyo", lists={"news": "LISTN1", "surveys": "LISTS1"})
PHONE = "+4915112345678"
UNSUBSCRIBED = {"marketing": {"consent": "UNSUBSCRIBED"}}
GONE = reply({"errors": [{"code": "not_found"}]}, 404)


def profile(
    number: int, *, email: str | None = EMAIL, phone: str | None = None, mailed: bool = True
) -> dict[str, Any]:
    shown = {"email": {"marketing": {"can_receive_email_marketing": mailed}}, "sms": None}
    attributes = {"email": email, "phone_number": phone, "subscriptions": shown}
    return {"type": "profile", "id": f"P{number}", "attributes": attributes}


def ask(profiles: list[dict[str, Any]], on: dict[str, list[str]], lists: dict[str, Answer] | None = None) -> Any:
    """Klaviyo with these profiles; `on`: profile's id → its lists."""

    def answer(call: Call) -> Answer:
        if call.method == "POST":
            return Reply(202)
        if call.path == "/api/profiles":
            return reply({"data": profiles, "links": {"next": None}})
        if call.path.startswith("/api/lists/"):
            usual = reply({"data": {"attributes": {"opt_in_process": "double_opt_in"}}})
            return (lists or {}).get(call.path.rpartition("/")[2], usual)
        return reply({"data": [{"type": "list", "id": one} for one in on.get(call.path.split("/")[3], [])]})

    return answer


def asked(action: Action, *, channels: tuple[str, ...] = ("email",), phone: bool = False, **more: Any) -> Instruction:
    one = instruction(action, more=(("phone", "0049 151 12345678"),) if phone else (), **more)
    cells = frozenset((purpose, channel) for purpose in one.purposes for channel in channels)
    return Instruction(one.delivery_id, action, cells, one.all_purposes, one.identities, one.refs)


def do(one: Instruction, profiles: list[dict[str, Any]], on: dict[str, list[str]], **more: Any) -> Played:
    return play(KLAVIYO.script(one), ask(profiles, on, **more))


def jobs(played: Played) -> list[Any]:
    return [call.json["data"] for call in played.calls if call.method == "POST"]


def test_a_profile_is_looked_up_by_a_quoted_filter_and_must_carry_the_address() -> None:
    other = profile(2, email=f"x{EMAIL}")
    played = do(asked("withdraw", all_purposes=True), [profile(1), other], {})
    assert played.calls[0].params["filter"] == f'equals(email,"{EMAIL}")'
    (job,) = jobs(played)
    assert [one["attributes"]["email"] for one in job["attributes"]["profiles"]["data"]] == [EMAIL]


@pytest.mark.parametrize("email", ['a"b@x.test', "a\\b@x.test", "a b@x.test"])
def test_an_address_that_a_filter_cant_hold_is_refused_and_never_sent(email: str) -> None:
    played = do(asked("withdraw", emails=(email,)), [], {})
    assert (played.calls, played.result.reason) == ([], "identity_not_encodable")


def test_only_members_of_the_list_are_named_in_an_unsubscription_from_it() -> None:
    on = {"P1": ["LISTN1", "LISTS1"], "P2": ["LISTS1"]}
    played = do(asked("withdraw"), [profile(1), profile(2)], on)
    (job,) = jobs(played)
    assert job == {
        "type": "profile-subscription-bulk-delete-job",
        "attributes": {
            "profiles": {
                "data": [
                    {"type": "profile", "attributes": {"email": EMAIL, "subscriptions": {"email": UNSUBSCRIBED}}},
                ]
            }
        },
        "relationships": {"list": {"data": {"type": "list", "id": "LISTN1"}}},
    }
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "jobs=1")


def test_who_is_not_on_the_list_is_not_sent_as_it_would_unsubscribe_everywhere() -> None:
    played = do(asked("withdraw"), [profile(1)], {"P1": ["LISTS1"]})
    assert (jobs(played), played.result.outcome) == ([], "no_match")


def test_a_stranger_is_not_sent_as_it_would_make_a_profile() -> None:
    for action in ("withdraw", "delete"):
        played = do(asked(action, all_purposes=True), [], {})
        assert (jobs(played), played.result.outcome) == ([], "no_match")


def test_a_list_that_is_not_there_stops_the_lane() -> None:
    for action in ("withdraw", "grant"):
        came = do(asked(action), [profile(1)], {}, lists={"LISTN1": GONE}).result
        assert (type(came), came.reason) == (VendorAuthRejected, "list_not_found")


def test_a_withdrawal_of_everything_names_no_list_and_its_own_channels_alone() -> None:
    both = [profile(1, phone=PHONE), profile(2, email=None, phone=PHONE)]
    one = asked("withdraw", all_purposes=True, channels=("email", "sms", "post"), phone=True)
    (job,) = jobs(do(one, both, {}))
    assert "relationships" not in job
    assert [one["attributes"] for one in job["attributes"]["profiles"]["data"]] == [
        {
            "email": EMAIL,
            "phone_number": PHONE,
            "subscriptions": {"email": UNSUBSCRIBED, "sms": UNSUBSCRIBED},
        },
        {"phone_number": PHONE, "subscriptions": {"sms": UNSUBSCRIBED}},
    ]
    (only_sms,) = jobs(do(asked("withdraw", all_purposes=True, channels=("sms",)), both, {}))
    entries = only_sms["attributes"]["profiles"]["data"]
    assert {channel for one in entries for channel in one["attributes"]["subscriptions"]} == {"sms"}


def test_a_grant_goes_to_the_list_and_never_as_history() -> None:
    played = do(asked("grant", all_purposes=True, channels=("email", "sms"), phone=True), [], {})
    (job,) = jobs(played)
    assert job["relationships"]["list"]["data"]["id"] == "LISTN1"
    (one,) = job["attributes"]["profiles"]["data"]
    assert (one["attributes"]["email"], one["attributes"]["phone_number"]) == (EMAIL, PHONE)
    assert "historical" not in json.dumps(job)
    assert "consented_at" not in json.dumps(job)
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "pending_opt_in")


def test_a_list_with_single_opt_in_is_told_so() -> None:
    single = reply({"data": {"attributes": {"opt_in_process": "single_opt_in"}}})
    came = do(asked("grant"), [], {}, lists={"LISTN1": single}).result
    assert (came.outcome, came.evidence.detail) == ("accepted", "single_opt_in")


def test_a_grant_for_a_channel_without_an_identity_says_which_is_missing() -> None:
    came = do(asked("grant", channels=("sms",)), [], {}).result
    assert (type(came), came.needed) == (MissingIdentity, ("phone",))


def test_a_deletion_is_a_job_with_one_identifier_for_each_profile() -> None:
    played = do(asked("delete", phone=True), [profile(1), profile(2, phone=PHONE)], {})
    assert [job["attributes"]["profile"]["data"] for job in jobs(played)] == [
        {"type": "profile", "id": "P1", "attributes": {}},
        {"type": "profile", "id": "P2", "attributes": {}},
    ]
    assert [note.refs for note in played.notes] == [("P1", "P2")]
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "unconfirmed, profiles=2")
    again = do(asked("delete", refs=("P1",)), [], {})
    assert (jobs(again), again.result.outcome) == ([], "accepted"), "taken in by the first try, and gone by now"
    assert again.result.evidence.detail == "unconfirmed, profiles=0, not_found_again=1"


@pytest.mark.parametrize(
    ("action", "all_purposes", "profiles", "on", "came"),
    [
        ("delete", False, [], {}, "verified"),
        ("delete", False, [profile(1)], {}, "found_again"),
        ("withdraw", False, [profile(1)], {"P1": ["LISTS1"]}, "verified"),
        ("withdraw", False, [profile(1)], {"P1": ["LISTN1"]}, "subscribed_again"),
        ("withdraw", True, [profile(1, mailed=False)], {}, "verified"),
        ("withdraw", True, [profile(1, mailed=False), profile(2)], {}, "subscribed_again"),
    ],
)
def test_reading_back_asks_what_was_to_be_changed_and_changes_nothing(
    action: Action,
    all_purposes: bool,  # noqa: FBT001
    profiles: list[dict[str, Any]],
    on: dict[str, list[str]],
    came: str,
) -> None:
    played = play(KLAVIYO.read_back(asked(action, all_purposes=all_purposes)), ask(profiles, on))
    assert {call.method for call in played.calls} == {"GET"}
    match played.result:
        case Result(outcome=word) | Undone(VendorError(reason=word)):
            assert word == came


def test_more_than_a_page_of_profiles_is_refused_and_an_odd_id_is_no_path() -> None:
    def more(_: Call) -> Answer:
        return reply({"data": [], "links": {"next": "https://a.klaviyo.com/api/profiles?page"}})

    came = play(KLAVIYO.script(asked("delete")), more).result
    assert (type(came), came.reason) == (VendorRefused, "more_than_100_profiles")
    with pytest.raises(ValueError, match="no"):
        do(asked("delete"), [{**profile(1), "id": "../lists"}], {})


def test_a_purpose_without_a_list_is_not_passed_over() -> None:
    withdrawn = do(asked("withdraw", purposes=("news", "other")), [profile(1)], {"P1": ["LISTN1"]})
    assert (len(jobs(withdrawn)), withdrawn.result.reason) == (1, "no_list_for_purpose")
    granted = do(asked("grant", purposes=("news", "other")), [], {})
    assert (granted.calls, granted.result.reason) == ([], "no_list_for_purpose")


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_a_name_that_cannot_be_written_keeps_nothing_from_the_others_and_is_told(action: Action) -> None:
    one = asked(action, all_purposes=True, channels=("email", "sms"), emails=(EMAIL, "a b@x.test"))
    national = Identity(type="phone", value="0151 12345678")
    played = do(replace(one, identities=(national, *one.identities)), [profile(1)], {})
    assert (len(jobs(played)), type(played.result)) == (1, VendorRefused)
    assert played.result.reason in {"phone_not_e164", "identity_not_encodable"}
    nobody = do(replace(one, identities=(national, one.identities[0]), action="withdraw"), [], {})
    assert nobody.result.reason == "phone_not_e164", "it may be the one that is known"


def test_a_grant_for_mail_alone_heeds_no_number() -> None:
    one = asked("grant")
    national = Identity(type="phone", value="0151 12345678")
    played = do(replace(one, identities=(national, *one.identities)), [], {})
    assert (len(jobs(played)), played.result.outcome) == (1, "accepted")


def test_who_has_only_a_hashed_address_cant_be_found() -> None:
    one = asked("delete", emails=())
    hashed = Instruction("d1", "delete", one.cells, False, (Identity(type="email", format="sha256", value="0" * 64),))  # noqa: FBT003
    assert isinstance(do(hashed, [], {}).result, MissingIdentity)


def test_limits_and_revision_are_as_the_specification_has_them() -> None:
    assert KLAVIYO.headers == {"revision": "2026-07-15"}
    slow = [window.calls for window in KLAVIYO.limits if window.covers("deletions")]
    assert slow == [3, 60]
    assert {call.api for call in do(asked("delete"), [profile(1)], {}).calls} == {"profiles", "deletions"}


def test_a_revision_that_is_retired_stops_the_lane_and_fails_nobody() -> None:
    """https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy: 410 after two years."""
    error = KLAVIYO.fault(reply({"errors": [{"status": 410, "code": "gone"}]}, 410))
    assert (type(error), error and error.reason) == (VendorAuthRejected, "revision_retired")
    assert KLAVIYO.fault(reply(None, 410)) is None, "who is speaking?"
    assert KLAVIYO.fault(GONE) is None
