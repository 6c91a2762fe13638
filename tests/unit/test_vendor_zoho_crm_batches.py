"""Zoho CRM's answers about many records in one call: each person gets what is said of the person's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, vendor

from processors.vendors.base import Answer, Call, Reply, Result
from schemas.errors import BatchRefused, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CRM = vendor("zoho_crm", search_lag_s=0, modules=("Contacts",))
NOBODY = Reply(204, {}, b"")
Item = tuple[str | None, str]


def outcomes(count: int, delete: Callable[[list[str]], Answer]) -> Mapping[str, Result | VendorError]:
    """Of so many people: `d1` with the record 1, and so on; whatever is deleted is purged at once."""

    def answer(call: Call) -> Answer:
        if call.path.endswith("/search"):
            email = call.params["email"]
            return reply({"data": [{"id": email.partition("@")[0], "Email": email}]})
        if call.method == "GET":
            return NOBODY
        ids = call.params["ids"].split(",")
        if "recycle_bin" in call.path:
            return body("recycle_bin", [(one, "SUCCESS") for one in ids])
        return delete(ids)

    numbers = range(1, count + 1)
    people = [instruction("delete", delivery_id=f"d{n}", emails=(f"{n}@example.test",)) for n in numbers]
    played = play(CRM.batch_script(people), answer)
    assert isinstance(played.result, dict), played.result
    return played.result


def body(key: str, items: Sequence[Item], status: int = 200) -> Reply:
    made = [{"code": code, "details": {} if one is None else {"id": one}, "status": "success"} for one, code in items]
    return reply({key: made}, status)


def words(found: Mapping[str, Any]) -> dict[str, str]:
    return {who: came.outcome if isinstance(came, Result) else came.reason for who, came in found.items()}


@pytest.mark.parametrize(
    ("items", "second"),
    [
        ([("2", "SUCCESS"), ("1", "SUCCESS")], "executed"),  # in another order
        ([("1", "SUCCESS"), (None, "SUCCESS")], "executed"),  # without an id it is about the one in its place
        ([("1", "SUCCESS")], "record_not_answered_for"),
        ([("1", "SUCCESS"), ("9", "SUCCESS")], "record_not_answered_for"),  # a stranger in its place
        ([("1", "SUCCESS"), ("2", "SUCCESS"), ("2", "SUCCESS")], "executed"),  # twice the same
        ([("1", "SUCCESS"), ("2", "SUCCESS"), ("2", "RECORD_LOCKED")], "record_not_answered_for"),
        ([("1", "SUCCESS"), ("2", "RECORD_LOCKED")], "record_locked"),
        ([("1", "SUCCESS"), ("2", "CANNOT_DELETE")], "cannot_delete"),
        ([("1", "SUCCESS"), ("2", "SUCCESS"), ("9", "CANNOT_DELETE")], "executed"),
    ],
)
def test_what_is_said_of_one_record_is_that_persons_alone(items: list[Item], second: str) -> None:
    assert words(outcomes(2, lambda _: body("data", items))) == {"d1": "executed", "d2": second}


def test_an_item_without_a_code_says_nothing() -> None:
    odd = reply({"data": [{"code": "SUCCESS", "details": {"id": "1"}}, {"details": {"id": "2"}}]})
    assert words(outcomes(2, lambda _: odd)) == {"d1": "executed", "d2": "record_not_answered_for"}


def test_who_is_not_answered_for_is_asked_for_again_and_who_is_refused_is_not() -> None:
    found = outcomes(3, lambda _: body("data", [("1", "SUCCESS"), ("2", "CANNOT_DELETE")]))
    assert [type(found[who]) for who in ("d2", "d3")] == [VendorRefused, VendorUnavailable]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Reply(413), "http_413"),
        (Reply(414), "http_414"),
        (reply({"code": "INVALID_DATA", "details": {}, "status": "error"}, 400), "invalid_data"),
        (reply({"code": "LIMIT_EXCEEDED", "details": {"limit": 100}, "status": "error"}, 400), "limit_exceeded"),
    ],
)
def test_a_call_that_is_refused_as_a_whole_refuses_everybody_together(answer: Reply, reason: str) -> None:
    def refuse(_: list[str]) -> Answer:
        return answer if answer.status == 400 else VendorRefused(reason, status=answer.status)

    found = outcomes(3, refuse)
    assert {(type(one), *words({"": one}).values()) for one in found.values()} == {(BatchRefused, reason)}


def test_only_those_in_the_refused_call_are_refused() -> None:
    def refuse_some(ids: list[str]) -> Answer:
        good = len(ids) < 100
        return body("data", [(one, "SUCCESS") for one in ids]) if good else VendorRefused("http_400", status=400)

    found = outcomes(101, refuse_some)
    assert sorted(words(found).values()) == ["executed"] + 100 * ["http_400"]


@pytest.mark.parametrize("code", ["INTERNAL_ERROR", "TOO_MANY_REQUESTS"])
def test_what_may_pass_refuses_nobody(code: str) -> None:
    found = outcomes(2, lambda _: reply({"code": code, "details": {}, "status": "error"}, 400))
    assert {type(one) for one in found.values()} == {VendorUnavailable}


def test_one_record_alone_that_nobody_knows_by_then_may_be_in_the_bin() -> None:
    found = outcomes(1, lambda _: reply({"code": "INVALID_DATA", "details": {}, "status": "error"}, 400))
    assert words(found) == {"d1": "executed"}
