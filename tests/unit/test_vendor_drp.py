"""Data Rights Protocol: what is asked for whom, and what a status means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import VENDORS, Call, Reply
from processors.vendors.later import DAY_S, Undone
from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Vendor


def drp(**more: Any) -> Vendor:
    return vendor("drp", **{**VENDORS["drp"].example, **more})


def status(word: str, reason: str | None = None, name: str = "r1", http: int = 200) -> Reply:
    return reply({"request_id": name, "status": word} | ({"reason": reason} if reason else {}), http)


def test_a_deletion_is_asked_for_each_address() -> None:
    asked = instruction("delete", emails=(EMAIL, "second@example.test"), more=(("phone", "+15005550006"),))
    names = iter(("r1", "r2"))
    own = drp(regime="ccpa", verified=["email"])
    played = play(own.script(asked), lambda _: status("in_progress", name=next(names)))
    common = {"exercise": "deletion", "regime": "ccpa", "phone_number": "+15005550006", "email_verified": True}
    assert [call.json for call in played.calls] == [
        {**common, "agent-request-id": "d1-0", "email": EMAIL},
        {**common, "agent-request-id": "d1-1", "email": "second@example.test"},
    ]
    assert {(call.method, call.path) for call in played.calls} == {("POST", "/v1/data-rights-request")}
    assert (played.result.outcome, played.result.later.refs) == ("accepted", ("r1", "r2"))


def test_what_is_sent_again_has_the_same_id_and_nobody_is_verified_unless_somebody_says_so() -> None:
    first, again = (play(drp().script(instruction("delete")), lambda _: status("open")) for _ in range(2))
    assert first.calls == again.calls
    assert first.calls[0].json == {"agent-request-id": "d1-0", "exercise": "deletion", "email": EMAIL}
    with pytest.raises(MissingIdentity):
        list(drp().script(instruction("delete", emails=())))


@pytest.mark.parametrize(("action", "right"), [("withdraw", "sale:opt-out"), ("grant", "sale:opt-in")])
def test_only_what_is_a_sale_has_a_call(action: Any, right: str) -> None:
    own = drp(sale=["ads-sharing"])
    sale = play(own.script(instruction(action, purposes=("ads-sharing",))), lambda _: status("fulfilled"))
    assert (sale.calls[0].json["exercise"], sale.result.outcome) == (right, "executed")
    other = play(own.script(instruction(action, purposes=("surveys",))), lambda _: status("fulfilled"))
    assert (other.calls, other.result.outcome, other.result.reason) == ([], "manual_task", "not_in_protocol")
    both = play(own.script(instruction(action, purposes=("ads-sharing", "surveys"))), lambda _: status("fulfilled"))
    assert (len(both.calls), both.result.outcome) == (1, "manual_task")
    assert both.result.evidence.job_id == "r1"


@pytest.mark.parametrize("action", ["withdraw", "grant"])
def test_a_sale_among_other_purposes_is_followed_to_its_end(action: Any) -> None:
    own, mixed = drp(sale=["ads-sharing"]), instruction(action, purposes=("ads-sharing", "surveys"), refs=("r1",))
    under_way = play(own.script(mixed), lambda _: status("in_progress")).result
    assert (under_way.outcome, under_way.later.refs) == ("accepted", ("r1",))
    proof = play(own.script(mixed), lambda _: status("in_progress", "need_user_verification")).result
    assert (proof.outcome, proof.reason) == ("manual_task", "need_user_verification")

    def told(word: str, reason: str | None = None) -> Any:
        return play(own.poll([mixed]), lambda _: status(word, reason)).result["d1"]

    assert told("in_progress").outcome == "accepted"
    assert told("denied", "other").error.reason == "denied_other"
    for word, reason in (("fulfilled", None), ("denied", "no_match")):
        rest = told(word, reason)
        assert (type(rest), type(rest.error), rest.error.reason) == (Undone, VendorRefused, "not_in_protocol")


def test_what_a_business_does_not_offer_is_a_task() -> None:
    played = play(drp(offers=["sale:opt-out"]).script(instruction("delete")), lambda _: status("open"))
    assert (played.calls, played.result.outcome, played.result.reason) == ([], "manual_task", "not_offered")


ENDS = [
    ("fulfilled", None, "executed"),
    ("denied", "no_match", "no_match"),
    ("denied", "outside_jurisdiction", "denied_outside_jurisdiction"),
    ("denied", "ann@example.test", "denied_unknown_code"),
    ("revoked", None, "revoked"),
    ("expired", None, "expired"),
    ("in_progress", None, "accepted"),
    ("in_progress", "need_user_verification", "need_user_verification"),
]


@pytest.mark.parametrize(("word", "reason", "came"), ENDS)
def test_what_a_status_means_when_it_is_asked_for(word: str, reason: str | None, came: str) -> None:
    asked = instruction("delete", refs=("r1",))
    played = play(drp().poll([asked]), lambda _: status(word, reason))
    assert [(call.method, call.path) for call in played.calls] == [("GET", "/v1/data-rights-request/r1")]
    said = played.result["d1"]
    if isinstance(said, Undone):
        assert (type(said.error), said.error.reason) == (VendorRefused, came)
    else:
        assert said.outcome == came


@pytest.mark.parametrize(("word", "reason", "came"), ENDS)
def test_what_a_status_means_at_once(word: str, reason: str | None, came: str) -> None:
    result = play(drp().script(instruction("delete")), lambda _: status(word, reason)).result
    if came == "need_user_verification":
        assert (result.outcome, result.reason) == ("manual_task", came)
    else:
        assert came == (result.reason if isinstance(result, VendorRefused) else result.outcome)


def test_of_several_requests_all_must_be_decided_and_one_refusal_is_told() -> None:
    asked = instruction("delete", refs=("r1", "r2"))

    def come(first: Reply, second: Reply) -> Any:
        played = play(drp().poll([asked]), lambda call: first if call.path.endswith("r1") else second)
        return played.result["d1"]

    assert come(status("fulfilled"), status("open", name="r2")).outcome == "accepted"
    assert come(status("denied", "no_match"), status("fulfilled", name="r2")).outcome == "executed"
    assert come(status("denied", "no_match"), status("denied", "no_match", name="r2")).outcome == "no_match"
    assert come(status("fulfilled"), status("denied", "other", name="r2")).error.reason == "denied_other"
    assert come(status("fulfilled"), reply({}, 404)).error.reason == "request_unknown"


def test_the_status_of_another_request_is_not_taken_for_the_answer() -> None:
    played = play(drp().poll([instruction("delete", refs=("r1",))]), lambda _: status("fulfilled", name="r2"))
    assert isinstance(played.result, VendorUnavailable)


@pytest.mark.parametrize(
    "body", [{}, {"status": "open"}, {"request_id": "a/b", "status": "open"}, {"request_id": "r"}]
)
def test_an_answer_of_no_known_kind_says_nothing(body: dict[str, str]) -> None:
    result = play(drp().script(instruction("delete")), lambda _: reply(body)).result
    assert (type(result), result.reason) == (VendorUnavailable, "answer_not_understood")


@pytest.mark.parametrize(
    ("http", "body", "kind"),
    [
        (400, {"code": "400", "message": "Unsupported", "fatal": True}, VendorRefused),
        (400, {"code": "400", "message": "try again"}, VendorUnavailable),
        (422, {"code": "422", "message": "try again", "fatal": False}, VendorUnavailable),
        (400, {"message": "no envelope of the protocol"}, type(None)),
        (403, {"code": "403", "message": "who?"}, type(None)),
        (500, {"code": "500", "message": "oh", "fatal": True}, type(None)),
    ],
)
def test_an_error_that_is_not_fatal_may_be_tried_again(http: int, body: dict[str, Any], kind: type) -> None:
    assert type(drp().fault(reply(body, http))) is kind


def test_it_is_asked_about_when_the_options_say() -> None:
    polls = drp(poll_s=60).polls("delete")
    assert polls == replace(VENDORS["drp"].can["delete"].polls, first_s=60.0)  # type: ignore[type-var]
    assert polls is not None
    assert polls.limit_s == 90 * DAY_S
    assert drp().probe() == Call("GET", "/v1/agent/ACME_RELAY")
