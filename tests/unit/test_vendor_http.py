"""In-house systems: a value stays a value, and a table that could mean too much is refused."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vendor_support import instruction, play, reply, shown

from processors.engine.caller import build
from processors.lane import lane_of
from processors.switches import TOGETHER
from processors.vendors.base import VENDORS, Result, Vendor
from processors.vendors.configured import adapter_of
from schemas.connections import Connection
from schemas.errors import MissingIdentity, SetupError, VendorRefused, VendorUnavailable

OK = {"result": "ok"}
EXAMPLE: dict[str, Any] = json.loads(json.dumps(VENDORS["http"].example))
NASTY = ["a&b=c", "c#d?e", 'x","admin":true,"y":"', "{purposes}", "{{email}}", "%2e%2e%2f", "ü+x@ñ.z", "a\r\nb: c"]


def connection(**options: Any) -> Connection:
    given_options = copy.deepcopy(EXAMPLE) | options
    return Connection(name="own", controller="c", adapter="http", serves=("r",), mode="live", options=given_options)


def adapter(**options: Any) -> Vendor:
    return adapter_of(connection(**options))


def changed(action: str, **keys: Any) -> dict[str, Any]:
    return {action: {**EXAMPLE[action], **keys}}


def calls(own: Vendor, asked: Any) -> list[Any]:
    return play(own.script(asked), lambda _: reply(OK)).calls


@pytest.mark.parametrize("value", [*NASTY, "a/b", "../../admin", "..", ".", "a\\b"])
def test_a_value_in_a_path_is_one_segment_or_refused(value: str) -> None:
    played = play(adapter().script(instruction("delete", emails=(value,))), lambda _: reply(OK))
    if any(sign in value for sign in "/\\\r\n") or value in {".", ".."}:
        assert (played.result.reason, played.calls) == ("identity_not_encodable", [])
        return
    request = build(played.calls[0], "https://own.example", {}, 4.0)
    parts = urlsplit(request.url)
    *before, last = parts.path.split("/")
    assert (before, unquote(last), parts.query, parts.fragment) == (["", "v1", "people"], value, "", "")


@given(value=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_whatever_a_value_holds_query_form_and_json_have_it_as_it_is_and_nothing_else(value: str) -> None:
    """But for blanks around it."""
    text = value.strip()
    own = adapter(**changed("withdraw", encoding="form", body={"who": "{email}", "what": "{purposes}"}))
    asked = instruction("withdraw", emails=(value,))
    form = build(calls(own, asked)[0], "https://own.example", {}, 4.0)
    assert parse_qs((form.body or b"").decode(), keep_blank_values=True) == {"who": [text], "what": ["news"]}
    query = build(calls(adapter(), instruction("grant", emails=(value,)))[0], "https://own.example", {}, 4.0)
    assert parse_qs(urlsplit(query.url).query) == {"email": [text], "purposes": ["news"]}
    sent = build(calls(adapter(), asked)[0], "https://own.example", {}, 4.0)
    assert json.loads(sent.body or b"") == {"email": text, "purposes": ["news"], "everything": False}


def test_a_body_keeps_its_shape_and_lists_and_switches_stay_what_they_are() -> None:
    body = {"a": [{"b": "{{{email}}} for {purposes}"}, 7, True], "all": "{all_purposes}", "by": ["{channels}"]}
    own = adapter(**changed("withdraw", body=body))
    (call,) = calls(own, instruction("withdraw", emails=("a@b.c",), purposes=("x", "y"), all_purposes=True))
    assert call.json == {"a": [{"b": "{a@b.c} for x,y"}, 7, True], "all": True, "by": [["email"]]}


def test_a_grant_never_says_that_it_is_of_everything() -> None:
    own = adapter(**changed("grant", query={"email": "{email}", "of": "{purposes}", "all": "{all_purposes}"}))
    (call,) = calls(own, instruction("grant", all_purposes=True))
    assert (call.params["of"], call.params["all"]) == ("news", "false")


def test_several_identities_and_purposes_are_several_calls_in_the_systems_own_words() -> None:
    path = "/{purpose}/{user_id}"
    options = changed("withdraw", path=path, body={"hash": "{email.sha256}", "p": "{phone.e164}"})
    own = adapter(**options, identifies_by=["email", "user_id", "phone"], names={"x": "LIST-7"})
    more = (("user_id", "u1"), ("user_id", "u2"), ("phone", "0049 151 12345678"))
    asked = instruction("withdraw", emails=("A@b.c",), more=more, purposes=("x", "y"))
    made = calls(own, asked)
    assert [call.path for call in made] == ["/LIST-7/u1", "/LIST-7/u2", "/y/u1", "/y/u2"]
    hashed = hashlib.sha256(b"a@b.c").hexdigest()
    assert [call.json for call in made] == [{"hash": hashed, "p": "+4915112345678"}] * 4


@pytest.mark.parametrize(("count", "made"), [(200, 200), (201, 0)])
def test_more_calls_than_are_documented_for_one_person_are_refused_before_any_is_made(count: int, made: int) -> None:
    own = adapter(**changed("delete", path="/people/{email}/{user_id}"), identifies_by=["email", "user_id"])
    asked = instruction("delete", more=tuple(("user_id", f"u{n}") for n in range(count)))
    played = play(own.script(asked), lambda _: reply(OK))
    assert len(played.calls) == made
    assert made or (type(played.result), played.result.reason) == (VendorRefused, "too_many_calls")


@pytest.mark.parametrize(
    ("status", "body", "came"),
    [
        (200, {"result": "ok"}, "executed"),
        (404, {"result": "unknown_person"}, "no_match"),
        (404, {"result": "no such page"}, VendorRefused("http_404")),
        (404, {}, VendorRefused("http_404")),
        (200, {"result": "failed"}, VendorRefused("not_success")),
        (200, {"result": True}, VendorRefused("not_success")),
        (200, {"other": "ok"}, VendorUnavailable("answer_not_understood")),
        (200, ["ok"], VendorUnavailable("answer_not_understood")),
    ],
)
def test_an_answer_means_what_its_owner_says(status: int, body: Any, came: Any) -> None:
    played = play(adapter().script(instruction("delete")), lambda _: reply(body, status))
    if isinstance(came, str):
        assert isinstance(played.result, Result)
        assert (played.result.outcome, played.result.evidence and played.result.evidence.status) == (came, status)
    else:
        assert (type(played.result), played.result.reason) == (type(came), came.reason)


def test_every_item_of_an_answer_counts_and_a_text_is_the_whole_body() -> None:
    each = {"status": [200], "where": "items.*.ok", "equals": [True]}
    own, asked = adapter(**changed("delete", success=each)), instruction("delete")
    good, bad = {"ok": True}, {"ok": 1}
    assert play(own.script(asked), lambda _: reply({"items": [good, good]})).result.outcome == "executed"
    assert play(own.script(asked), lambda _: reply({"items": [good, bad]})).result.reason == "not_success"
    assert play(own.script(asked), lambda _: reply({"items": []})).result.reason == "answer_not_understood"
    plain = adapter(**changed("delete", success={"status": [200, 204], "text": ""}))
    assert play(plain.script(asked), lambda _: reply(status=204)).result.outcome == "executed"
    assert play(plain.script(asked), lambda _: reply({"login": "please"})).result.reason == "not_success"


def test_of_several_calls_one_known_person_is_enough_and_one_failure_too_much() -> None:
    asked = instruction("delete", emails=("a@b.c", "d@e.f"))
    answers = {"a@b.c": reply({"result": "unknown_person"}, 404), "d@e.f": reply(OK)}
    played = play(adapter().script(asked), lambda call: answers[unquote(call.path.rpartition("/")[2])])
    assert (played.result.outcome, [shown(call)[0] for call in played.calls]) == ("executed", ["DELETE", "DELETE"])
    answers["d@e.f"] = reply({"result": "failed"})
    assert play(adapter().script(asked), lambda call: answers[unquote(call.path.rpartition("/")[2])]).result.reason


def test_an_action_without_a_call_is_a_task_and_whoever_lacks_the_identity_is_not_guessed() -> None:
    own = adapter(delete=None)
    played = play(own.script(instruction("delete")), lambda _: reply(OK))
    assert (played.result.outcome, played.result.reason, played.calls) == ("manual_task", "no_call_configured", [])
    assert own.can["delete"].kind == "manual_task"
    nobody = play(adapter().script(instruction("withdraw", emails=())), lambda _: reply(OK))
    assert isinstance(nobody.result, MissingIdentity)


def test_the_lane_has_channels_and_purposes_from_the_options() -> None:
    given_options = changed("withdraw", body={"e": "{email}", "c": "{channels}"})
    given_options |= changed("grant", query={"e": "{email}", "c": "{channels}"})
    lane = lane_of(connection(**given_options, channels=["email", "sms"], per_purpose=False))
    assert (lane.channels, lane.switches) == (("email", "sms"), TOGETHER)


REFUSED = [
    ({"colour": "red"}, "options.colour: unknown field"),
    ({"grant": None, "withdraw": None, "delete": None}, "options.withdraw: no action has a call"),
    ({"auth": {"kind": "client_credentials"}}, "options.auth: token_url: is missing"),
    ({"url": "ftp://x"}, "options.url: "),
    ({"url": "https://user:pw@x.test"}, "options.url: holds a name or password"),
    (
        {"auth": {"kind": "client_credentials", "token_url": "https://user:pw@x.test"}},
        "options.auth.token_url: holds a name or password",
    ),
    ({"identifies_by": ["email", "action"]}, "options.identifies_by: action is a word of a call's own"),
    ({"identifies_by": ["phone"]}, "options.grant: {email} is neither in identifies_by"),
    ({"channels": ["email", "sms"]}, "options.grant: says no channel"),
    (changed("withdraw", path="people/{email}"), "options.withdraw.path: begins with /"),
    (changed("withdraw", path="/a?b={email}"), "options.withdraw.path: begins with /"),
    (changed("withdraw", path="/a/{email!r}"), "options.withdraw.path: {email} is no placeholder"),
    (changed("withdraw", path="/a/{email.__class__}"), "options.withdraw.path: {email.__class__} is no placeholder"),
    (changed("withdraw", path="/a/{email"), "options.withdraw.path: has a brace without its other one"),
    (changed("withdraw", body={"{email}": "x"}), "options.withdraw.body: placeholders stand in values"),
    (changed("withdraw", body={"e": "{email}"}), "options.withdraw: says no purpose"),
    (changed("withdraw", body={"e": "x", "p": "{purposes}"}), "options.withdraw: names nobody"),
    (changed("withdraw", method="GET"), "options.withdraw.method: "),
    (changed("withdraw", headers={"Authorization": "x"}), "options.withdraw: headers: "),
    (changed("withdraw", headers={"x-who": "{email}"}), "options.withdraw: headers: only {delivery_id}"),
    (changed("withdraw", encoding="form", body={"e": ["{email}"]}), "options.withdraw: body: a form"),
    (changed("withdraw", success={"status": [200]}), "options.withdraw.success: where: a login page"),
    (changed("withdraw", success={"status": [302]}), "options.withdraw.success: status: only 200 to 299"),
    (changed("withdraw", success={"status": [200], "where": "a"}), "options.withdraw.success: equals: "),
    (changed("withdraw", unknown={"status": [404]}), "options.withdraw.unknown: where: a wrong address"),
    (changed("withdraw", unknown={"status": [503], "text": "x"}), "options.withdraw.unknown: status: "),
    (changed("withdraw", unknown={"status": [404], "text": " <none/>"}), "options.withdraw.unknown: text: "),
    (changed("withdraw", success={"status": [200], "text": "<ok/>"}), "options.withdraw.success: text: "),
    (changed("withdraw", ends="verified"), "options.withdraw.ends: "),
    (changed("delete", query={"p": "{purposes}"}), "options.delete: a deletion has no purposes"),
    (changed("delete", query={"p": "{email.e164}"}), "options.delete: {email.e164}: there is no such form"),
]


@pytest.mark.parametrize(("options", "says"), REFUSED)
def test_a_wrong_key_is_named_when_the_configuration_is_read(options: dict[str, Any], says: str) -> None:
    with pytest.raises(SetupError) as caught:
        adapter(**options)
    assert f"connections.own.{says}" in str(caught.value)
