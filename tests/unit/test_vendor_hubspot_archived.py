from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from vendor_support import Played

    from processors.vendors.base import Call, Reply

HUBSPOT = vendor("hubspot", subscriptions={"news": 7})
SEARCH, BATCH = (f"/crm/v3/objects/contacts/{name}" for name in ("search", "batch/read"))
NOBODY = {"results": [], "errors": [{"category": "OBJECT_NOT_FOUND"}]}


def archived(number: str, email: str = EMAIL) -> dict[str, Any]:
    return {"id": number, "properties": {"email": email, "hs_additional_emails": None}, "archived": True}


def deleted(said: dict[str, Any], status: int = 200, refs: tuple[str, ...] = ("looked",)) -> Played:
    """At a HubSpot whose search finds nobody and which says this of those that are archived."""

    def answer(call: Call) -> Reply:
        return reply({"status": "COMPLETE", **said}, status) if call.path == BATCH else reply({"results": []})

    return play(HUBSPOT.script(instruction("delete", refs=refs)), answer)


def test_who_is_among_the_archived_contacts_alone_is_a_task_and_not_unknown() -> None:
    played = deleted({"results": [archived("101"), archived("102", f"x{EMAIL}")]})
    properties = ["email", "hs_additional_emails"]
    asked = {"inputs": [{"id": EMAIL}], "idProperty": "email", "properties": properties, "propertiesWithHistory": []}
    assert [call.path for call in played.calls] == [SEARCH, BATCH]
    assert (shown(played.calls[1]), played.calls[1].params) == (("POST", BATCH, asked), {"archived": "true"})
    assert (played.result.outcome, played.result.reason) == ("manual_task", "archived")
    assert played.result.evidence.detail == "contacts=1"


def test_nobody_there_either_is_no_match() -> None:
    assert deleted(NOBODY, 207).result.outcome == "no_match"


def test_a_first_look_that_finds_nobody_is_not_believed_yet() -> None:
    played = deleted({"results": [archived("101")]}, refs=())
    assert (played.result.reason, [call.path for call in played.calls]) == ("not_found_yet", [SEARCH])


def test_an_archive_that_cannot_be_read_is_not_taken_for_empty() -> None:
    came = deleted({"results": [], "errors": [{"category": "VALIDATION_ERROR"}]}, 207).result
    assert (type(came), came.reason) == (VendorRefused, "archive_not_read")
    assert isinstance(deleted({"results": [], "status": "PENDING"}).result, VendorUnavailable)
