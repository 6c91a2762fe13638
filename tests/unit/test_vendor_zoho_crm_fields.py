"""Zoho CRM: in which field of a record the address stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vendor_support import EMAIL, instruction, play, reply, vendor

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Call, Reply

CRM = vendor("zoho_crm", search_lag_s=0)


def crm(*contacts: dict[str, Any]) -> Callable[[Call], Reply]:
    def answer(call: Call) -> Reply:
        if call.path.endswith("/search"):
            return reply({"data": list(contacts) if "/Contacts/" in call.path else []})
        key = "recycle_bin" if call.path.endswith("/recycle_bin") else "data"
        ids = call.params.get("ids", call.path.rpartition("/")[2]).split(",")
        return reply({key: [{"code": "SUCCESS", "details": {"id": one}} for one in ids]})

    return answer


def test_a_second_address_field_is_the_person_too() -> None:
    record = {"id": "11", "Email": "old@example.test", "Secondary_Email": EMAIL, "Owner": {"email": "boss@x.test"}}
    played = play(CRM.script(instruction("withdraw")), crm(record))
    assert played.result.outcome == "executed"


def test_who_only_names_the_address_somewhere_is_left_alone_and_somebody_has_to_look() -> None:
    other = {"id": "12", "Email": "boss@x.test", "Assistant_Email": EMAIL}
    for mine, records in (([], 0), ([{"id": "11", "Email": EMAIL}], 1)):
        answers = crm(*mine, other)
        withdrawn = play(CRM.script(instruction("withdraw")), answers)
        erased = play(CRM.batch_script([instruction("delete")]), answers)
        assert [call.path.rpartition("/")[2] for call in withdrawn.calls[2:]] == [one["id"] for one in mine]
        assert {call.params["ids"] for call in erased.calls if call.method == "DELETE"} == {one["id"] for one in mine}
        for came in (withdrawn.result, erased.result["d1"]):
            assert (came.outcome, came.reason) == ("manual_task", "address_in_other_field")
            assert came.evidence.detail == f"records={records}, in_other_fields=1"
    own = vendor("zoho_crm", search_lag_s=0, email_fields=["Email", "Assistant_Email"])
    played = play(own.script(instruction("withdraw")), crm(other))
    assert played.result.outcome == "executed"
