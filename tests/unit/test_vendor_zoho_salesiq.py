from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.base import Result
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Call, Reply
    from schemas.records import Action

SALESIQ = vendor("zoho_salesiq", screen_name="zylker", departments=["1", "2"])
PLACE = "/api/v2/zylker/conversations"


def chat(number: int, email: str | None = EMAIL, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "visitor": {"email": email}, **({"end_time": "16"} | more)}


def iq(*chats: dict[str, Any]) -> Callable[[Call], Reply]:
    """All of them in the first department."""

    def answer(call: Call) -> Reply:
        if call.method == "DELETE":
            return reply()
        start = 99 * (int(call.params["page"]) - 1)
        return reply({"data": chats[start : start + 99] if call.params["department_id"] == "1" else []})

    return answer


def test_conversations_of_every_department_go_to_the_bin_and_the_visitor_is_a_task() -> None:
    theirs = (chat(7, EMAIL.upper()), chat(8, end_time=None, missed_time="9"))
    played = play(SALESIQ.script(instruction("delete")), iq(*theirs, chat(9, f"x{EMAIL}"), chat(10, None)))
    asked = {"email": EMAIL, "page": "1", "limit": "99"}
    assert [shown(call) for call in played.calls] == [
        ("GET", PLACE, {**asked, "department_id": "1"}),
        ("GET", PLACE, {**asked, "department_id": "2"}),
        ("DELETE", PLACE, {"ids": [7, 8]}),
    ]
    assert played.calls[-1].headers == {"X-SIQ-Channel": "website"}
    assert (played.result.outcome, played.result.reason) == ("manual_task", "no_call_deletes_a_visitor")
    assert played.result.evidence.detail == "conversations=2"


def test_an_address_is_asked_for_without_the_blanks_around_it() -> None:
    played = play(SALESIQ.script(instruction("delete", emails=(f" {EMAIL} ",))), iq(chat(7)))
    assert played.calls[0].params["email"] == EMAIL


def test_every_page_is_read_and_no_call_has_more_than_a_page() -> None:
    played = play(SALESIQ.script(instruction("delete")), iq(*map(chat, range(1, 150))))
    assert [call.params["page"] for call in played.calls if call.method == "GET"] == ["1", "2", "1"]
    assert [len(call.json["ids"]) for call in played.calls if call.method == "DELETE"] == [99, 50]


def test_without_a_conversation_none_is_deleted_and_the_visitor_is_still_a_task() -> None:
    played = play(SALESIQ.script(instruction("delete")), iq())
    assert [call.method for call in played.calls] == ["GET", "GET"]
    assert played.result.outcome == "manual_task"


def test_a_conversation_under_way_is_waited_for_when_the_others_are_gone() -> None:
    played = play(SALESIQ.script(instruction("delete")), iq(chat(7), chat(8, end_time=None)))
    assert played.calls[-1].json == {"ids": [7]}
    assert (type(played.result), played.result.reason) == (VendorUnavailable, "conversation_under_way")
    assert not played.result.lane_wide


def test_an_error_told_as_200_is_no_success() -> None:
    assert isinstance(SALESIQ.fault(reply({"error": {"code": 1}})), VendorRefused)
    assert [SALESIQ.fault(one) for one in (reply(), reply({"data": []}), reply({"error": {}}, 400))] == [None] * 3


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_choice_is_told_by_the_banner(action: Action) -> None:
    played = play(SALESIQ.script(instruction(action)), iq())
    assert (played.calls, played.result) == ([], Result("client_signal", "site_banner"))
