from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, vendor

from processors.vendors.later import Undone
from processors.vendors.twilio.records import SIDE_BY_SIDE, erase
from schemas.errors import BatchRefused, MissingIdentity, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer, Call, Instruction

ACCOUNT = "AC" + "1" * 32
NEWS, POLLS = "MG" + "1" * 32, "+15005550006"
TWILIO = vendor("twilio", account_sid=ACCOUNT, senders={"news": NEWS, "polls": POLLS})
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
ANN, BEN = "+4915112345678", "+4915112345679"


def about(action: Any, phone: str = ANN, **more: Any) -> Instruction:
    return instruction(action, emails=(), more=(("phone", phone),), **more)


def items(call: Call) -> list[dict[str, str]]:
    return [json.loads(item) for item in (call.form or {})["Items"]]


def consents(**codes: int) -> Callable[[Call], Answer]:
    """Answers each item with 0, or with what `codes` says of its number's last digit (`_8=30646`)."""

    def answer(call: Call) -> Answer:
        said = [(one["correlation_id"], codes.get(f"_{one['contact_id'][-1]}", 0)) for one in items(call)]
        body = [{"correlation_id": key, "error_code": code, "error_messages": []} for key, code in said]
        return reply({"items": body}, 201)

    return answer


def told(answer: Callable[[Call], Answer], *several: Instruction) -> Any:
    return play(TWILIO.batch_script(several), answer)


def test_a_withdrawal_opts_the_number_out_at_the_purposes_sender() -> None:
    played = told(consents(), about("withdraw", "0049 151 1234-5678"))
    (call,) = played.calls
    assert (call.method, call.path, call.api) == ("POST", "/v1/Consents/Bulk", "consents")
    (item,) = items(call)
    assert (item["contact_id"], item["sender_id"], item["status"]) == (ANN, NEWS, "opt-out")
    assert len(item["correlation_id"]) == 32
    assert played.result["d1"].outcome == "executed"
    again = told(consents(), about("withdraw"))
    assert items(again.calls[0]) == [item], "asked twice, it is the same question"


def test_a_withdrawal_of_everything_is_one_at_every_sender_and_a_grant_is_not() -> None:
    played = told(consents(), about("withdraw", all_purposes=True))
    assert [item["sender_id"] for item in items(played.calls[0])] == [NEWS, POLLS]
    granted = told(consents(), about("grant"))
    assert [(one["sender_id"], one["status"]) for one in items(granted.calls[0])] == [(NEWS, "opt-in")]


def test_several_people_share_a_call_of_25_and_each_hears_of_their_own_error() -> None:
    people = [
        about("withdraw", f"+49151123456{n:02}", delivery_id=f"d{n}", purposes=("news", "polls")) for n in range(20)
    ]
    played = told(consents(_7=30646), *people)
    assert [len(items(call)) for call in played.calls] == [25, 15]
    refused = {who for who, came in played.result.items() if isinstance(came, VendorRefused)}
    assert refused == {"d7", "d17"}
    assert played.result["d7"].reason == "twilio_30646"
    assert played.result["d8"].evidence.detail == "consents=2"


def test_an_item_without_an_answer_is_no_success() -> None:
    played = told(lambda _: reply({"items": []}, 201), about("withdraw"))
    assert played.result["d1"].reason == "item_not_answered"


def test_a_call_that_is_refused_as_a_whole_is_looked_into_by_halves() -> None:
    error = VendorRefused("http_400", status=400)
    played = told(lambda _: error, about("withdraw"), about("withdraw", BEN, delivery_id="d2"))
    assert {type(came) for came in played.result.values()} == {BatchRefused}
    alone = told(lambda _: error, about("withdraw"))
    assert alone.result["d1"] is error


def test_one_person_without_a_number_or_a_sender_keeps_nobody_from_being_told() -> None:
    nobody = instruction("withdraw", emails=(), delivery_id="d2")
    bad = about("withdraw", "12", delivery_id="d3")
    gap = about("withdraw", delivery_id="d4", purposes=("news", "other"))
    none = about("withdraw", delivery_id="d5", purposes=("other",))
    came = told(consents(), about("withdraw"), nobody, bad, gap, none).result
    assert came["d1"].outcome == "executed"
    assert isinstance(came["d2"], MissingIdentity)
    assert [came[who].reason for who in ("d3", "d4", "d5")] == [
        "phone_not_e164", "no_sender_for_purpose", "no_sender_for_purpose",
    ]  # fmt: skip


def test_a_number_that_cannot_be_written_keeps_no_other_from_being_told() -> None:
    one = instruction("withdraw", emails=(), more=(("phone", "0151 12345678"), ("phone", ANN)))
    played = told(consents(), one, about("withdraw", BEN, delivery_id="d2"))
    assert [item["contact_id"] for item in items(played.calls[0])] == [ANN, BEN]
    assert (played.result["d1"].reason, played.result["d2"].outcome) == ("phone_not_e164", "executed")


class Records:
    """Twilio with these records by list and filter; `says` answers deletions by sid."""

    def __init__(self, *, heeds: bool = True, **says: tuple[int, Any]) -> None:
        self.heeds, self.says = heeds, says

    def __call__(self, call: Call) -> Answer:
        name = call.path.rpartition("/")[2].removesuffix(".json")
        if call.method == "DELETE":
            status, body = self.says.get(name, (204, None))
            return reply(body, status)
        if name == "Recordings":
            return reply({"recordings": [{"sid": "RE1", "call_sid": call.params["CallSid"]}]})
        mine = call.params.get("To") == ANN
        if name == "Calls":
            return reply({"calls": [{"sid": "CA1", "to": ANN, "from": POLLS}] if mine else []})
        if not mine:
            return reply({"messages": [], "next_page_uri": None})
        to = ANN if self.heeds else BEN
        if "PageToken" in call.params:
            return reply({"messages": [{"sid": "SM2", "to": to, "from": POLLS}]})
        uri = f"{ROOT}/Messages.json?To=x&PageSize=1000&Page=1&PageToken=PT1"
        return reply({"messages": [{"sid": "SM1", "to": to, "from": POLLS}], "next_page_uri": uri})


def made(calls: list[Call]) -> list[str]:
    return [call.path.removeprefix(ROOT) for call in calls if call.method == "DELETE"]


def test_a_deletion_goes_through_all_pages_of_both_directions() -> None:
    played = play(TWILIO.script(about("delete")), Records())
    assert made(played.calls) == [
        "/Recordings/RE1.json",
        "/Messages/SM1.json",
        "/Calls/CA1.json",
        "/Messages/SM2.json",
    ]
    listed = [dict(call.params) for call in played.calls if call.path.endswith("/Messages.json")]
    assert listed[:6] == [
        {side: who, "PageSize": "1000"} for who in (ANN, f"whatsapp:{ANN}", f"rcs:{ANN}") for side in ("To", "From")
    ]
    assert listed[6] == {"To": ANN, "PageSize": "1000", "Page": "1", "PageToken": "PT1"}
    assert [note.refs for note in played.notes] == [("erasing",)]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", "records=4")


def test_a_number_that_cannot_be_written_keeps_no_record_of_another_from_being_deleted() -> None:
    both = instruction("delete", emails=(), more=(("phone", "0151 12345678"), ("phone", ANN)))
    alone = play(TWILIO.script(about("delete")), Records())
    played = play(TWILIO.script(both), Records())
    assert made(played.calls) == made(alone.calls) != []
    assert (type(played.result), played.result.reason) == (VendorRefused, "phone_not_e164")
    assert play(TWILIO.script(both), empty).result.reason == "phone_not_e164", "it may be the one that is known"


def test_a_list_of_others_deletes_nothing() -> None:
    played = play(TWILIO.script(about("delete")), Records(heeds=False))
    assert (made(played.calls), played.result.reason) == ([], "list_of_others")


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ((404, {"code": 20404}), None, None),
        ((409, {"code": 20009}), VendorUnavailable, "still_under_way"),
        ((400, {"code": 20001}), VendorRefused, "twilio_20001"),
    ],
)
def test_what_is_gone_is_gone_and_what_is_under_way_is_tried_again(
    answer: tuple[int, Any], kind: type[VendorError] | None, reason: str | None
) -> None:
    result = play(TWILIO.script(about("delete")), Records(SM1=answer)).result
    if kind is None:
        assert result.outcome == "executed"
    else:
        assert (type(result), result.reason) == (kind, reason)


def test_many_records_go_a_part_at_a_time_and_one_that_is_refused_keeps_none_from_it() -> None:
    refused, sizes = VendorRefused("http_422"), []

    def counted(erasing: Any) -> Any:
        step = next(erasing)
        while True:
            sizes.append(len(step))
            step = erasing.send((yield step))

    paths = [f"{ROOT}/Messages/SM{n}.json" for n in range(2 * SIDE_BY_SIDE + 1)]
    played = play(counted(erase(paths)), lambda call: refused if call.path == paths[0] else reply(None, 204))
    assert (played.result, sizes) == (refused, [SIDE_BY_SIDE, SIDE_BY_SIDE, 1])


def empty(call: Call) -> Answer:
    return reply({"messages": [], "calls": [], "recordings": []}) if call.method == "GET" else reply(None, 204)


def test_nobody_known_is_no_match_unless_a_try_before_has_deleted_them() -> None:
    assert play(TWILIO.script(about("delete")), empty).result.outcome == "no_match"
    again = play(TWILIO.script(about("delete", refs=("erasing",))), empty).result
    assert (again.outcome, again.evidence.detail) == ("executed", "records=0, not_found_again")


def test_a_read_back_looks_for_records_again() -> None:
    assert play(TWILIO.read_back(about("delete")), empty).result.outcome == "verified"
    assert isinstance(play(TWILIO.read_back(about("delete")), Records()).result, Undone)


def test_consents_have_a_host_of_their_own() -> None:
    (call,) = told(consents(), about("withdraw")).calls
    assert TWILIO.url_of(call) == "https://accounts.twilio.com"
    assert TWILIO.url_of(TWILIO.probe()) == "https://api.twilio.com"  # type: ignore[arg-type]
