from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from schemas.errors import BatchRefused, MissingIdentity, VendorAuthRejected, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer, Call, Reply

LISTS = {"news": "61", "surveys": "62"}
META = vendor("meta_ads", account_id="77", lists=LISTS)
PHONE = (("phone", "+49 (151) 123-45678"),)
OTHER = "bob@example.test"
ANY = "/v26.0/act_77/usersofanyaudience"


def sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def taken(call: Call) -> Reply:
    return META.rehearse(call)


def people(*names: str) -> dict[str, Any]:
    return {"payload": {"schema": ["EMAIL"], "data": [[sha(name)] for name in names]}}


def carried(*asked: Any, answer: Callable[[Call], Answer] = taken) -> tuple[list[Any], dict[str, Any]]:
    played = play(META.batch_script(asked), answer)
    return [shown(call) for call in played.calls], played.result


def test_a_purpose_is_its_audience_and_everything_is_any_audience_of_the_account() -> None:
    assert carried(instruction("withdraw"))[0] == [("DELETE", "/v26.0/61/users", people(EMAIL))]
    assert carried(instruction("grant"))[0] == [("POST", "/v26.0/61/users", people(EMAIL))]
    assert carried(instruction("withdraw", all_purposes=True))[0] == [("DELETE", ANY, people(EMAIL))]
    assert carried(instruction("delete"))[0] == [("DELETE", ANY, people(EMAIL))]
    granted, _ = carried(instruction("grant", purposes=("news", "surveys"), all_purposes=True))
    assert [path for _, path, _ in granted] == ["/v26.0/61/users", "/v26.0/62/users"]


def test_what_meta_has_received_is_accepted_within_a_day_and_unconfirmed() -> None:
    for action in ("grant", "withdraw", "delete"):
        result = carried(instruction(action))[1]["d1"]
        assert result.outcome == META.can[action].closing == "accepted"
        assert (result.evidence.detail, result.evidence.vendor_limit_s) == ("unconfirmed", 86_400)


def test_names_are_written_as_meta_wants_them_each_in_a_row_of_its_own() -> None:
    ((_, _, body),), _ = carried(instruction("withdraw", emails=(" ANN@X.test", EMAIL), more=PHONE))
    rows = [[sha("ann@x.test"), ""], [sha(EMAIL), ""], ["", sha("4915112345678")]]
    assert body == {"payload": {"schema": ["EMAIL", "PHONE"], "data": rows}}


@pytest.mark.parametrize(("place", "more"), [((0, 0), []), ((1, 1000), [1, 1000])])
def test_a_grant_is_marked_for_limited_data_use_where_that_is_configured(place: Any, more: list[int]) -> None:
    limited = vendor("meta_ads", account_id="77", lists=LISTS, limited_data_use=place)
    played = play(limited.batch_script([instruction("grant")]), taken)
    payload = played.calls[0].json["payload"]
    assert payload["schema"][:2] == ["EMAIL", "DATA_PROCESSING_OPTIONS"]
    assert payload["data"] == [[sha(EMAIL), ["LDU"], *more]]
    assert len(payload["schema"]) == len(payload["data"][0])
    withdrawn = play(limited.batch_script([instruction("withdraw")]), taken)
    assert withdrawn.calls[0].json == people(EMAIL), "who is taken off needs no mark"


def test_people_share_calls_of_at_most_10000_rows() -> None:
    emails = tuple(f"p{n}@x.test" for n in range(6000))
    asked = [instruction("withdraw", delivery_id=who, emails=emails) for who in ("d1", "d2")]
    calls, ended = carried(*asked)
    assert [len(body["payload"]["data"]) for _, _, body in calls] == [10_000, 2_000]
    assert {one.outcome for one in ended.values()} == {"accepted"}


@pytest.mark.parametrize("action", ["withdraw", "delete", "grant"])
def test_no_call_is_about_an_audience_as_a_whole(action: Any) -> None:
    for whole in (False, True):
        nobody = instruction(action, delivery_id="d2", emails=(), all_purposes=whole)
        calls, ended = carried(instruction(action, all_purposes=whole), nobody)
        assert calls
        for _, path, body in calls:
            assert path.endswith(("/users", "/usersofanyaudience"))
            assert body["payload"]["data"], "an empty list must never be sent"
        assert isinstance(ended["d2"], MissingIdentity)
        assert carried(nobody)[0] == []


@pytest.mark.parametrize("audience", ["", "61/..", "../77", "6 1"])
def test_an_id_that_would_make_another_path_is_refused_at_the_start(audience: str) -> None:
    with pytest.raises(ValidationError):
        vendor("meta_ads", account_id="77", lists={"news": audience})
    with pytest.raises(ValidationError):
        vendor("meta_ads", account_id="act_77", lists=LISTS)


def test_a_purpose_without_an_audience_is_not_passed_over() -> None:
    calls, ended = carried(instruction("withdraw", purposes=("news", "other")))
    assert [path for _, path, _ in calls] == ["/v26.0/61/users"]
    assert ended["d1"].reason == "no_list_for_purpose"
    for purposes in (("news", "other"), ("other",)):
        calls, ended = carried(instruction("grant", purposes=purposes))
        assert (calls, ended["d1"].reason) == ([], "no_list_for_purpose")


def test_a_number_that_cannot_be_written_keeps_no_address_on_the_audience() -> None:
    calls, ended = carried(instruction("withdraw", more=(("phone", "0151 123"),)))
    assert calls == [("DELETE", "/v26.0/61/users", people(EMAIL))]
    assert (type(ended["d1"]), ended["d1"].reason) == (VendorRefused, "phone_not_e164")


def test_a_name_that_meta_calls_invalid_is_no_success_and_is_found_out_by_trying_apart() -> None:
    def one_is_odd(call: Call) -> Reply:
        rows = len(call.json["payload"]["data"])
        return reply({"audience_id": "61", "num_received": rows, "num_invalid_entries": 1})

    both = [instruction("withdraw"), instruction("withdraw", delivery_id="d2", emails=(OTHER,))]
    assert {type(one) for one in carried(*both, answer=one_is_odd)[1].values()} == {BatchRefused}
    alone = carried(instruction("withdraw"), answer=one_is_odd)[1]["d1"]
    assert (type(alone), alone.reason) == (VendorRefused, "invalid_entries")


def test_fewer_received_than_sent_is_no_success_of_anybody_in_the_call() -> None:
    both = [instruction("withdraw"), instruction("withdraw", delivery_id="d2", emails=(OTHER,))]
    _, ended = carried(*both, answer=lambda _: reply({"audience_id": "61", "num_received": 1}))
    assert {one.reason for one in ended.values()} == {"fewer_received_than_sent"}


@pytest.mark.parametrize(
    ("body", "good"),
    [({"success": True}, True), ({"num_received": 1}, True), ({"success": False}, False), ({}, False)],
)
def test_the_unwritten_answer_of_any_audience_is_read_with_care(body: Any, good: bool) -> None:  # noqa: FBT001
    _, ended = carried(instruction("delete"), answer=lambda _: reply(body))
    assert (getattr(ended["d1"], "outcome", None) == "accepted") is good
    _, one_audience = carried(instruction("withdraw"), answer=lambda _: reply({"success": True}))
    assert isinstance(one_audience["d1"], VendorUnavailable), "there it is documented, and this is not it"


@pytest.mark.parametrize(
    ("code", "subcode", "kind", "reason"),
    [
        (80003, None, VendorUnavailable, "limit_reached"),
        (17, None, VendorUnavailable, "limit_reached"),
        (341, None, VendorUnavailable, "limit_reached"),
        (2, None, VendorUnavailable, "meta_2"),
        (368, None, VendorUnavailable, "meta_368"),
        (3, None, VendorAuthRejected, "meta_3"),
        (2635, None, VendorAuthRejected, "version_has_ended"),
        (190, 463, VendorAuthRejected, "meta_190"),
        (200, 1870090, VendorAuthRejected, "meta_200"),
        (100, 1713230, VendorAuthRejected, "audience_blocked"),
        (100, 33, VendorAuthRejected, "audience_not_found"),
    ],
)
def test_an_error_means_what_its_number_says(code: int, subcode: int | None, kind: type, reason: str) -> None:
    for status in (400, 500):
        fault = META.fault(reply({"error": {"code": code, "error_subcode": subcode or 0}}, status))
        assert (type(fault), fault.reason if fault else None) == (kind, reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("API calls from the server require an", "app_wants_secret_proof"), ("Invalid", "app_secret_is_wrong")],
)
def test_an_app_that_wants_proof_of_its_secret_is_nobodys_fault(text: str, reason: str) -> None:
    """With "Require App Secret" every call of everybody is refused so."""
    error = {"code": 100, "type": "GraphMethodException", "message": f"{text} appsecret_proof argument"}
    fault = META.fault(reply({"error": error}, 400))
    assert (type(fault), fault.reason if fault else None) == (VendorAuthRejected, reason)
    assert META.fault(reply({"error": error | {"type": "OAuthException"}}, 400)) is None


@pytest.mark.parametrize("body", [{"error": {"code": 100}}, {"error": "x"}, {}, [], None, {"error": {"code": None}}])
def test_any_other_is_left_to_the_engine(body: Any) -> None:
    assert META.fault(reply(body, 400)) is None


def test_what_is_refused_of_several_is_found_out_one_by_one() -> None:
    both = [instruction("withdraw"), instruction("withdraw", delivery_id="d2", emails=(OTHER,))]
    _, ended = carried(*both, answer=lambda _: VendorRefused("http_400", status=400))
    assert {type(one) for one in ended.values()} == {BatchRefused}
    _, alone = carried(both[0], answer=lambda _: VendorRefused("http_400", status=400))
    assert type(alone["d1"]) is VendorRefused


def test_it_is_for_what_the_policies_call_facebook() -> None:
    assert all(META.is_for(one) for one in ("meta-ads", "facebook-ads", "facebook-remarketing"))
    assert not META.is_for("facebook-analytics")
