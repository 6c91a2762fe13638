from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.engine.caller import build
from processors.vendors.base import Call, Reply
from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Instruction

BOTH = vendor("customer_io", identifiers=["email", "user_id"])
ONLY_EMAIL = vendor("customer_io", identifiers=["email"])
PATH = "/api/v1/customers/ann%2Bnews%40example.test"
USER: Any = {"more": (("user_id", "user/7?x"),)}


def says(body: Any) -> Callable[[Call], Reply]:
    return lambda _: reply(body)


def everywhere(action: Any, **more: Any) -> Instruction:
    asked = instruction(action, **more)
    return replace(asked, cells=frozenset((p, c) for p in asked.purposes for c in ("email", "push", "sms")))


def test_a_withdrawal_sets_the_attribute_by_every_identifier_and_creates_nobody() -> None:
    played = play(BOTH.script(instruction("withdraw", **USER)), says({}))
    body = {"unsubscribed": True, "_update": True}
    assert [shown(call) for call in played.calls] == [
        ("PUT", PATH, body),
        ("PUT", "/api/v1/customers/user%2F7%3Fx", body),
    ]
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "unconfirmed")


def test_an_identifier_is_one_part_of_the_path() -> None:
    calls = play(BOTH.script(instruction("delete", **USER)), says({})).calls
    assert build(calls[1], "https://h", {}, 1.0).url == "https://h/api/v1/customers/user%2F7%3Fx/suppress"


def test_an_erasure_suppresses_as_a_deletion_would_let_the_data_come_back() -> None:
    played = play(BOTH.script(instruction("delete", **USER)), says({}))
    assert [(call.method, call.path.rpartition("/")[2]) for call in played.calls] == [("POST", "suppress")] * 2
    assert (played.result.outcome, played.result.evidence.detail) == ("accepted", "unconfirmed")


def test_a_grant_lifts_the_attribute_and_never_a_suppression() -> None:
    played = play(ONLY_EMAIL.script(everywhere("grant")), says({}))
    assert [shown(call) for call in played.calls] == [("PUT", PATH, {"unsubscribed": False, "_update": True})]
    assert played.result.outcome == "accepted"


def test_a_grant_of_some_channels_is_a_task_as_it_would_lift_all() -> None:
    played = play(ONLY_EMAIL.script(instruction("grant")), says({}))
    assert (played.calls, played.result.outcome) == ([], "manual_task")
    assert played.result.reason == "one_switch_for_all_channels"


@pytest.mark.parametrize("name", ["cio_03000001", "CIO_1", " cio_1", ".", "..", "cio_1\n2"])
@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_a_name_that_means_somebody_else_is_refused_and_nothing_is_sent(action: Any, name: str) -> None:
    played = play(BOTH.script(everywhere(action, more=(("user_id", name),))), says({}))
    assert (played.calls, type(played.result), played.result.reason) == ([], VendorRefused, "identity_not_encodable")


def test_only_what_the_workspace_knows_people_by_is_sent() -> None:
    played = play(ONLY_EMAIL.script(instruction("delete", **USER)), says({}))
    assert [call.path for call in played.calls] == [f"{PATH}/suppress"]
    nobody = play(ONLY_EMAIL.script(instruction("delete", emails=(), **USER)), says({})).result
    assert (type(nobody), nobody.needed) == (MissingIdentity, ("email",))
    with pytest.raises(ValidationError):
        vendor("customer_io", identifiers=[])


@pytest.mark.parametrize("body", [{"meta": {"errors": ["no"]}}, [], None, "ok"])
def test_anything_but_an_empty_object_is_no_success(body: Any) -> None:
    result = play(
        ONLY_EMAIL.script(instruction("delete")), lambda _: Reply(200, {}, reply(body).body or b"null")
    ).result
    assert (type(result), result.reason) == (VendorUnavailable, "answer_not_empty")


def test_one_identifier_that_failed_is_no_success_of_the_others() -> None:
    def answer(call: Call) -> Any:
        return VendorUnavailable("timeout") if "user" in call.path else reply({})

    assert play(BOTH.script(instruction("delete", **USER)), answer).result.reason == "timeout"


def test_the_european_host_is_an_option() -> None:
    assert ONLY_EMAIL.url == "https://track.customer.io"
    there = vendor("customer_io", host="track-eu.customer.io", identifiers=["email"])
    assert there.url == "https://track-eu.customer.io"
    assert EMAIL not in there.url
