from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.engine.caller import build
from processors.vendors.base import Call, Reply, Result
from processors.vendors.later import Undone
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

ITERABLE = vendor("iterable", message_types={"news": {"email": [1, 2], "push": [3]}, "offers": {"email": [4]}})
HASH = hashlib.sha256(EMAIL.encode()).hexdigest()


def project(
    fields: dict[str, Any] | None = None, *, forgotten: tuple[str, ...] = (), opt_in: tuple[int, ...] = ()
) -> Callable[[Call], Reply]:
    """fields: of the user; None: nobody has the address."""
    channels = [
        {"id": 10, "channelType": "Marketing", "messageMedium": "Email"},
        {"id": 11, "channelType": "Transactional", "messageMedium": "Email"},
        {"id": 12, "channelType": "Marketing", "messageMedium": "Push"},
    ]
    types = [
        {"id": n, "channelId": 12 if n == 3 else 10, "subscriptionPolicy": "OptIn" if n in opt_in else "OptOut"}
        for n in (1, 2, 3, 4)
    ]

    def answer(call: Call) -> Reply:
        match call.path.rpartition("/")[2]:
            case "getByEmail":
                return reply({} if fields is None else {"user": {"email": EMAIL.upper(), "dataFields": fields}})
            case "forgotten":
                return reply({"hashedEmails": list(forgotten)})
            case "channels":
                return reply({"channels": channels})
            case "messageTypes":
                return reply({"messageTypes": types})
        return reply({"code": "Success", "msg": ""})

    return answer


def changes(action: Any, answer: Callable[[Call], Reply], **more: Any) -> tuple[list[Any], Any]:
    """The bodies, without the switch that each has; and what came of it."""
    played = play(ITERABLE.script(instruction(action, **more)), answer)
    sent = [dict(call.json) for call in played.calls if call.path.endswith("updateSubscriptions")]
    assert all(body.pop("validateChannelAlignment") is False for body in sent)
    return sent, played.result


def test_a_withdrawal_is_never_sent_without_everything_that_stands() -> None:
    """The call overwrites what it names: without what was read, other withdrawals of the person would be undone."""
    sent, result = changes("withdraw", project({"unsubscribedMessageTypeIds": [1, 77], "emailListIds": [5]}))
    assert sent == [{"email": EMAIL.upper(), "unsubscribedMessageTypeIds": [1, 2, 77]}], "and lists are not named"
    assert result.outcome == "executed"


@pytest.mark.parametrize("odd", ["1,77", [1, "77"], {"1": True}, [True], 7])
@pytest.mark.parametrize("action", ["withdraw", "grant"])
def test_what_stands_and_cant_be_read_is_not_overwritten(odd: Any, action: Any) -> None:
    with pytest.raises(ValueError, match="ids"):
        changes(action, project({"unsubscribedMessageTypeIds": odd}))


@pytest.mark.parametrize("action", ["withdraw", "grant"])
def test_a_channel_without_message_types_of_the_purpose_is_no_success(action: Any) -> None:
    about = replace(instruction(action), cells=frozenset({("offers", "sms")}))
    played = play(ITERABLE.script(about), project({}))
    assert (played.calls, played.result) == ([], Result("not_applicable", "channel"))


def test_what_stands_already_is_not_written_again() -> None:
    sent, result = changes("withdraw", project({"unsubscribedMessageTypeIds": [2, 1]}))
    assert (sent, result.outcome, result.evidence.detail) == ([], "executed", "stood_already")


def test_a_withdrawal_is_of_the_channels_that_it_names_and_of_types_opted_into() -> None:
    sent, _ = changes("withdraw", project({"subscribedMessageTypeIds": [1, 9]}))
    assert sent == [
        {"email": EMAIL.upper(), "unsubscribedMessageTypeIds": [1, 2], "subscribedMessageTypeIds": [9]}
    ], "3 is sent by push"


def test_a_withdrawal_of_all_purposes_leaves_every_marketing_channel_but_none_for_transactions() -> None:
    sent, result = changes("withdraw", project({"unsubscribedChannelIds": [99]}), all_purposes=True)
    assert sent == [
        {"email": EMAIL.upper(), "unsubscribedMessageTypeIds": [1, 2, 4], "unsubscribedChannelIds": [10, 99]}
    ]
    assert result.outcome == "executed"


@pytest.mark.parametrize("action", ["withdraw", "grant"])
def test_a_change_is_never_refused_for_what_the_person_opted_into_besides(action: Any) -> None:
    """9 is in a channel that the person has left: Iterable refuses the ids, unless it is told not to look at that."""
    fields = {"subscribedMessageTypeIds": [9], "unsubscribedMessageTypeIds": [1], "unsubscribedChannelIds": [12]}
    played = play(ITERABLE.script(instruction(action)), project(fields, opt_in=(1,)))
    assert [call.json["validateChannelAlignment"] for call in played.calls if call.method == "POST"] == [False]


def test_a_purpose_without_message_types_is_not_passed_over() -> None:
    sent, result = changes("withdraw", project({}), purposes=("news", "other"))
    assert [body["unsubscribedMessageTypeIds"] for body in sent] == [[1, 2]]
    assert result.reason == "no_message_type_for_purpose"
    granted = play(ITERABLE.script(instruction("grant", purposes=("news", "other"))), project({}))
    assert (granted.calls, granted.result.reason) == ([], "no_message_type_for_purpose")


def test_a_grant_takes_out_what_it_names_and_nothing_else() -> None:
    sent, result = changes("grant", project({"unsubscribedMessageTypeIds": [1, 4, 77]}))
    assert sent == [{"email": EMAIL.upper(), "unsubscribedMessageTypeIds": [4, 77]}]
    assert result.outcome == "executed"
    sent, _ = changes("grant", project({"subscribedMessageTypeIds": [9]}, opt_in=(2, 4)))
    assert sent == [{"email": EMAIL.upper(), "subscribedMessageTypeIds": [2, 9]}]


def test_a_grant_never_lifts_a_withdrawal_from_a_whole_channel() -> None:
    sent, result = changes("grant", project({"unsubscribedMessageTypeIds": [1], "unsubscribedChannelIds": [10]}))
    assert (sent, result.outcome, result.reason) == ([], "manual_task", "channel_unsubscribed")
    other, result = changes("grant", project({"unsubscribedMessageTypeIds": [1], "unsubscribedChannelIds": [12]}))
    assert (len(other), result.outcome) == (1, "executed"), "of another channel"


def test_an_unknown_person_is_no_match_and_a_forgotten_one_is_never_unforgotten() -> None:
    assert changes("withdraw", project())[1].outcome == "no_match"
    assert changes("grant", project())[1].outcome == "no_match"
    played = play(ITERABLE.script(instruction("grant")), project(forgotten=(HASH,)))
    assert (played.result.outcome, played.result.reason) == ("manual_task", "forgotten_at_vendor")
    assert {call.method for call in played.calls} == {"GET"}


def test_an_erasure_forgets_as_a_deletion_would_let_the_data_come_back() -> None:
    played = play(ITERABLE.script(instruction("delete", emails=(EMAIL, "b@x.test"))), project({}))
    assert [shown(call) for call in played.calls] == [
        ("POST", "/api/users/forget", {"email": EMAIL}),
        ("POST", "/api/users/forget", {"email": "b@x.test"}),
    ]
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "unconfirmed")
    assert played.result.evidence.vendor_limit_s == 600


@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_a_200_with_another_code_is_no_success(action: Any) -> None:
    def answer(call: Call) -> Reply:
        return reply({"code": "GenericError", "msg": EMAIL}) if call.method == "POST" else project({})(call)

    result = play(ITERABLE.script(instruction(action)), answer).result
    assert (type(result), result.reason) == (VendorUnavailable, "iterable_genericerror")


@pytest.mark.parametrize(
    ("action", "whole", "fields", "forgotten", "said"),
    [
        ("delete", True, None, (HASH,), "forgotten"),
        ("delete", True, None, (), "not_forgotten"),
        ("delete", True, None, ("0" * 64,), "not_forgotten"),
        ("delete", True, {}, (HASH,), "found_again"),
        ("withdraw", False, {"unsubscribedMessageTypeIds": [1, 2, 9]}, (), "users=1"),
        ("withdraw", False, {"unsubscribedMessageTypeIds": [1]}, (), "not_unsubscribed"),
        ("withdraw", False, None, (), "users=0"),
        ("withdraw", True, {"unsubscribedMessageTypeIds": [1, 2, 4]}, (), "not_unsubscribed"),
        (
            "withdraw",
            True,
            {"unsubscribedMessageTypeIds": [1, 2, 4], "unsubscribedChannelIds": [10]},
            (),
            "users=1",
        ),
    ],
)
def test_what_was_done_is_read_back(action: Any, whole: bool, fields: Any, forgotten: Any, said: str) -> None:  # noqa: FBT001
    asked = instruction(action, all_purposes=whole)
    played = play(ITERABLE.read_back(asked), project(fields, forgotten=forgotten))
    came = played.result
    assert {call.method for call in played.calls} == {"GET"}, "asking changes nothing"
    if isinstance(came, Result):
        assert (came.outcome, came.evidence.detail if came.evidence else None) == ("verified", said)
    else:
        assert isinstance(came, Undone)
        assert (type(came.error), came.error.reason) == (VendorRefused, said)


def test_somebody_else_is_never_changed() -> None:
    def answer(_: Call) -> Reply:
        return reply({"user": {"email": f"x{EMAIL}", "dataFields": {}}})

    with pytest.raises(ValueError, match="another address"):
        play(ITERABLE.script(instruction("withdraw")), answer)


@pytest.mark.parametrize("fields", [[], "", 0])
def test_a_profile_without_fields_that_can_be_read_is_not_written_over(fields: Any) -> None:
    def answer(_: Call) -> Reply:
        return reply({"user": {"email": EMAIL, "dataFields": fields}})

    with pytest.raises(ValueError, match="no object"):
        play(ITERABLE.script(instruction("withdraw")), answer)


def test_an_address_is_one_parameter() -> None:
    odd = "a&email=b+c@example.test"
    call = play(ITERABLE.script(instruction("withdraw", emails=(odd,))), project()).calls[0]
    assert build(call, "", {}, 1.0).url.endswith("?email=a%26email%3Db%2Bc%40example.test")


def test_the_european_host_is_an_option() -> None:
    assert ITERABLE.url == "https://api.iterable.com"
    there = vendor("iterable", host="api.eu.iterable.com", message_types={"news": {"email": [1]}})
    assert there.url == "https://api.eu.iterable.com"
