from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.engine.caller import build
from processors.vendors.base import Call, Reply, Result
from processors.vendors.later import Undone
from schemas.errors import BatchRefused, MissingIdentity, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer

BRAZE = vendor("braze", cluster="fra-01.braze.eu", lists={"news": "g-news", "surveys": "g-surveys"})
EXPORT = ("POST", "/users/export/ids")
OTHER = "bob@example.test"


def group(name: str, state: str, *emails: str) -> tuple[str, str, dict[str, Any]]:
    one = {"subscription_group_id": name, "subscription_state": state, "emails": list(emails)}
    return "POST", "/v2/subscription/status/set", {"subscription_groups": [one]}


def status(state: str, *emails: str) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/email/status", {"email": list(emails), "subscription_state": state}


def braze(
    people: dict[str, dict[str, str]] | None = None, groups: dict[str, str] | None = None, **more: Any
) -> Callable[[Call], Answer]:
    """Profile → its fields, and group → how everybody stands. more: what every answer says besides."""

    def answer(call: Call) -> Reply:
        asked = call.json or {}
        wanted = str(asked.get("email_address")).casefold()
        users: list[dict[str, Any]] = [
            {"braze_id": key} | fields
            for key, fields in (people or {}).items()
            if fields["email"].casefold() == wanted
        ]
        if call.method == "GET":
            stands = [{"id": key, "status": state} for key, state in (groups or {}).items()]
            users = [{"email": call.params["email"], "subscription_groups": stands}]
        body = {"message": "success", "users": users, "deleted": len(asked.get("braze_ids", ()))}
        return reply(body | more, 201)

    return answer


TWINS = {"b-1": {"email": EMAIL}, "b-2": {"email": EMAIL.upper(), "email_subscribe": "opted_in"}}


def withdraw(answer: Callable[[Call], Answer], *people: Any) -> tuple[list[Any], dict[str, Any]]:
    played = play(BRAZE.batch_script(people), answer)
    return [shown(call) for call in played.calls], played.result


def test_the_host_is_the_clusters() -> None:
    assert BRAZE.url == "https://rest.fra-01.braze.eu"
    for wrong in ("", "fra-01", "evil.example/fra-01.braze.eu", "rest.fra-01.braze.eu", "fra-01.braze.eu.example"):
        with pytest.raises(ValidationError):
            vendor("braze", cluster=wrong, lists={"news": "g"})


def test_a_withdrawal_leaves_the_purposes_group_and_says_that_nobody_confirmed_it() -> None:
    calls, ended = withdraw(braze(), instruction("withdraw"))
    assert calls == [group("g-news", "unsubscribed", EMAIL)]
    assert (ended["d1"].outcome, ended["d1"].evidence.detail) == ("accepted", "unconfirmed")


def test_a_withdrawal_of_all_purposes_is_one_from_all_email_and_from_each_group() -> None:
    calls, _ = withdraw(braze(), instruction("withdraw", all_purposes=True))
    assert calls == [
        group("g-news", "unsubscribed", EMAIL),
        group("g-surveys", "unsubscribed", EMAIL),
        status("unsubscribed", EMAIL),
    ], "else a later lift of all e-mail would bring back what was withdrawn"


def test_people_share_calls_of_at_most_50_addresses() -> None:
    people = [
        instruction("withdraw", delivery_id=f"d{n}", emails=(f"p{n}@x.test", f"q{n}@x.test")) for n in range(40)
    ]
    calls, ended = withdraw(braze(), *people)
    sizes = [len(body["subscription_groups"][0]["emails"]) for _, _, body in calls]
    assert sizes == [50, 30]
    assert {one.outcome for one in ended.values()} == {"accepted"}
    assert len(ended) == 40


def test_who_names_nobody_is_told_alone() -> None:
    nobody = instruction("withdraw", delivery_id="d2", emails=())
    calls, ended = withdraw(braze(), instruction("withdraw"), nobody)
    assert calls == [group("g-news", "unsubscribed", EMAIL)]
    assert isinstance(ended["d2"], MissingIdentity)
    assert ended["d1"].outcome == "accepted"


def test_a_purpose_without_a_group_is_not_passed_over() -> None:
    calls, ended = withdraw(braze(), instruction("withdraw", purposes=("news", "other")))
    assert calls == [group("g-news", "unsubscribed", EMAIL)]
    assert ended["d1"].reason == "no_list_for_purpose"
    granted = play(BRAZE.script(instruction("grant", purposes=("news", "other"))), braze(TWINS))
    assert (granted.calls, granted.result.reason) == ([], "no_list_for_purpose")


@pytest.mark.parametrize(
    ("more", "reason", "kind"),
    [
        ({"errors": ["'emails' has an invalid address"]}, "errors_in_answer", BatchRefused),
        ({"message": "queue is full"}, "not_taken_in", VendorUnavailable),
    ],
)
def test_what_is_said_besides_a_2xx_is_of_everybody_in_the_call_and_of_nobody_else(
    more: dict[str, Any], reason: str, kind: type[Exception]
) -> None:
    def answer(call: Call) -> Answer:
        return braze(**(more if "g-news" in str(call.json) else {}))(call)

    both = [instruction("withdraw", delivery_id=who, emails=(f"{who}@x.test",)) for who in ("d1", "d2")]
    third = instruction("withdraw", delivery_id="d3", purposes=("surveys",), emails=(OTHER,))
    _, ended = withdraw(answer, *both, third)
    assert [(type(ended[who]), ended[who].reason) for who in ("d1", "d2")] == [(kind, reason)] * 2
    assert ended["d3"].outcome == "accepted"
    _, alone = withdraw(answer, both[0])
    assert not isinstance(alone["d1"], BatchRefused), "with one person it is known whose fault it is"


def test_a_deletion_takes_every_profile_with_the_address_by_its_own_id() -> None:
    played = play(BRAZE.batch_script([instruction("delete")]), braze(TWINS))
    assert [shown(call)[:2] for call in played.calls] == [EXPORT, ("POST", "/users/delete")]
    assert played.calls[1].json == {"braze_ids": ["b-1", "b-2"]}
    assert [note.refs for note in played.notes] == [("b-1", "b-2")]
    assert played.steps.index(played.notes[0]) == 1, "noted before the act"
    assert played.result["d1"].outcome == "accepted"


@pytest.mark.parametrize("people", [TWINS, {}])
def test_no_deletion_goes_by_address_which_would_take_one_profile_of_several(people: dict[str, Any]) -> None:
    played = play(BRAZE.batch_script([instruction("delete")]), braze(people))
    deletions = [call.json for call in played.calls if call.path == "/users/delete"]
    assert all(set(body) == {"braze_ids"} and body["braze_ids"] for body in deletions)
    assert bool(deletions) is bool(people), "nothing is deleted where nothing was found"


def test_somebody_unknown_is_no_match_unless_an_earlier_try_has_deleted_them() -> None:
    ended = play(BRAZE.batch_script([instruction("delete")]), braze()).result
    assert ended["d1"].outcome == "no_match"
    again = play(BRAZE.batch_script([instruction("delete", refs=("b-1",))]), braze())
    assert (again.notes, again.result["d1"].outcome) == ([], "accepted")
    assert again.result["d1"].evidence.detail == "unconfirmed, profiles=0, not_found_again=1"
    partly = play(BRAZE.batch_script([instruction("delete", refs=("b-1", "b-8"))]), braze(TWINS)).result["d1"]
    assert partly.evidence.detail == "unconfirmed, profiles=2, not_found_again=1"


def test_fewer_queued_than_asked_is_no_success_of_anybody_in_the_call() -> None:
    people = [instruction("delete"), instruction("delete", delivery_id="d2", emails=(OTHER,))]
    ended = play(BRAZE.batch_script(people), braze(TWINS | {"b-3": {"email": OTHER}}, deleted=2)).result
    assert {one.reason for one in ended.values()} == {"fewer_queued_than_asked"}
    assert not any(one.lane_wide for one in ended.values())


def test_ones_failed_look_up_holds_nobody_else_up() -> None:
    def answer(call: Call) -> Answer:
        return VendorUnavailable("timeout") if OTHER in str(call.json) else braze(TWINS)(call)

    people = [instruction("delete"), instruction("delete", delivery_id="d2", emails=(OTHER,))]
    played = play(BRAZE.batch_script(people), answer)
    assert played.result["d1"].outcome == "accepted"
    assert played.result["d2"].reason == "timeout"
    assert [note.delivery_id for note in played.notes] == ["d1"]


def test_who_was_looked_up_in_part_is_not_deleted_in_part() -> None:
    def answer(call: Call) -> Answer:
        return VendorUnavailable("timeout") if OTHER in str(call.json) else braze(TWINS)(call)

    played = play(BRAZE.batch_script([instruction("delete", emails=(EMAIL, OTHER))]), answer)
    assert {shown(call)[:2] for call in played.calls} == {EXPORT}
    assert (played.notes, played.result["d1"].reason) == ([], "timeout")


def test_a_profile_with_another_address_is_never_touched() -> None:
    def answer(_: Call) -> Answer:
        return reply({"message": "success", "users": [{"braze_id": "b-9", "email": f"x{EMAIL}"}]})

    with pytest.raises(ValueError, match="somebody else"):
        play(BRAZE.batch_script([instruction("delete")]), answer)


def test_a_grant_subscribes_whom_braze_knows() -> None:
    played = play(BRAZE.script(instruction("grant")), braze(TWINS))
    assert [shown(call) for call in played.calls[1:]] == [group("g-news", "subscribed", EMAIL)]
    assert played.result.outcome == "accepted"
    assert play(BRAZE.script(instruction("grant")), braze()).result.outcome == "no_match"


def test_a_grant_of_everything_is_one_of_what_it_names() -> None:
    played = play(BRAZE.script(instruction("grant", all_purposes=True)), braze(TWINS))
    assert [shown(call) for call in played.calls[1:]] == [group("g-news", "subscribed", EMAIL)]


def test_a_grant_never_lifts_a_withdrawal_from_all_email() -> None:
    people = TWINS | {"b-3": {"email": EMAIL, "email_subscribe": "unsubscribed"}}
    played = play(BRAZE.script(instruction("grant")), braze(people))
    assert [shown(call)[:2] for call in played.calls] == [EXPORT]
    assert (played.result.outcome, played.result.reason) == ("manual_task", "unsubscribed_from_all_email")


OUT = {"b-1": {"email": EMAIL, "email_subscribe": "unsubscribed"}}


@pytest.mark.parametrize(
    ("action", "whole", "people", "groups", "said"),
    [
        ("delete", True, {}, {}, "not_found"),
        ("delete", True, OUT, {}, "found_again"),
        ("withdraw", False, {}, {}, "not_found"),
        ("withdraw", False, TWINS, {"g-news": "Unsubscribed", "g-surveys": "Subscribed"}, "profiles=2"),
        ("withdraw", False, TWINS, {"g-news": "Subscribed"}, "not_unsubscribed"),
        ("withdraw", False, TWINS, {"g-news": "Unknown"}, "not_unsubscribed"),
        ("withdraw", False, TWINS, {}, "profiles=2"),
        ("withdraw", True, OUT, {"g-surveys": "Unsubscribed"}, "profiles=1"),
        ("withdraw", True, OUT, {"g-surveys": "Subscribed"}, "not_unsubscribed"),
        ("withdraw", True, OUT | TWINS, {}, "not_unsubscribed"),
    ],
)
def test_what_was_accepted_is_read_back(action: Any, whole: bool, people: Any, groups: Any, said: str) -> None:  # noqa: FBT001
    asked = instruction(action, all_purposes=whole)
    came = play(BRAZE.read_back(asked), braze(people, groups)).result
    if isinstance(came, Result):
        assert (came.outcome, came.evidence.detail if came.evidence else None) == ("verified", said)
    else:
        assert isinstance(came, Undone)
        assert (type(came.error), came.error.reason) == (VendorRefused, said)


def test_no_address_becomes_a_part_of_a_path_and_a_query_is_encoded() -> None:
    odd = "a&email=b@example.test"
    played = play(BRAZE.read_back(instruction("withdraw", emails=(odd,))), braze({"b-1": {"email": odd}}))
    assert not [call for call in played.calls if "b@example" in call.path]
    assert build(played.calls[-1], "", {}, 1.0).url.endswith("?email=a%26email%3Db%40example.test")
