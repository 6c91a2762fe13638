from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, shown, vendor

from processors.vendors.batches import packed
from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Call, Instruction, Reply
    from schemas.records import Action

SEGMENT = vendor("segment")
TAKEN = {"data": {"regulateId": "r-1"}}


def about(action: Action, who: str = "d1", *ids: str) -> Instruction:
    more = tuple(("user_id", one) for one in ids or ("u-1",))
    return instruction(action, delivery_id=who, emails=(), more=more, refs=("r-1",))


def status(overall: str, *destinations: str, job: str = "r-1") -> dict[str, Any]:
    each = [{"name": "x", "id": "x", "status": one, "errString": "u-1", "finishedAt": ""} for one in destinations]
    streams = [{"id": "s", "destinationStatus": each}]
    return {"data": {"regulation": {"id": job, "overallStatus": overall, "streamStatus": streams}}}


def asked(action: Action, answer: Reply) -> Any:
    return play(SEGMENT.poll([about(action)]), lambda _: answer).result["d1"]


@pytest.mark.parametrize(
    ("action", "options", "kind"),
    [
        ("grant", {}, "UNSUPPRESS"),
        ("withdraw", {}, "SUPPRESS_ONLY"),
        ("delete", {}, "SUPPRESS_WITH_DELETE"),
        ("delete", {"delete_at": "segment"}, "SUPPRESS_WITH_DELETE_INTERNAL"),
    ],
)
def test_people_share_a_regulation_and_each_is_accepted(action: Action, options: dict[str, str], kind: str) -> None:
    people = [about(action, "d1", "u-1", "u-2"), about(action, "d2", "u-2"), instruction(action, delivery_id="d3")]
    played = play(vendor("segment", **options).batch_script(people), lambda _: reply(TAKEN))
    body = {"regulationType": kind, "subjectType": "USER_ID", "subjectIds": ["u-1", "u-2"]}
    assert [shown(call) for call in played.calls] == [("POST", "/regulations", body)]
    taken = played.result["d1"]
    assert (taken.outcome, taken.later.job_id, taken.later.refs) == ("accepted", "r-1", ("r-1",))
    assert played.result["d2"] == taken
    assert isinstance(played.result["d3"], MissingIdentity)


def test_no_more_ids_go_together_than_segment_takes() -> None:
    crowd = [about("delete", str(who), *(f"u-{who}-{n}" for n in range(2000))) for who in range(3)]
    packs = packed(crowd, SEGMENT.can["delete"], SEGMENT.weight)
    assert [[one.delivery_id for one in pack] for pack in packs] == [["0", "1"], ["2"]]


@pytest.mark.parametrize("overall", ["INITIALIZED", "RUNNING"])
def test_a_regulation_under_way_is_asked_about_again(overall: str) -> None:
    said = asked("delete", reply(status(overall)))
    assert (said.outcome, said.later.refs) == ("accepted", ("r-1",))


def test_a_failure_while_a_destination_still_works_at_it_is_none_yet() -> None:
    assert asked("delete", reply(status("PARTIAL_SUCCESS", "FAILED", "RUNNING"))).outcome == "accepted"


@pytest.mark.parametrize("overall", ["FAILED", "PARTIAL_SUCCESS", "NOT_SUPPORTED"])
def test_a_destination_without_deletions_is_counted_and_no_failure_of_segments(overall: str) -> None:
    said = asked("delete", reply(status(overall, "FINISHED", "NOT_SUPPORTED")))
    assert (said.outcome, said.evidence.detail) == ("executed", "destinations=2,not_supported=1")


@pytest.mark.parametrize("overall", ["FAILED", "PARTIAL_SUCCESS", "INVALID", "NOT_SUPPORTED"])
@pytest.mark.parametrize("destinations", [(), ("FINISHED",), ("NOT_SUPPORTED", "FAILED"), ("INVALID",)])
def test_whatever_else_has_failed_is_not_done(overall: str, destinations: tuple[str, ...]) -> None:
    said = asked("delete", reply(status(overall, *destinations)))
    assert isinstance(said, Undone)
    assert (type(said.error), said.error.reason) == (VendorRefused, f"regulation_{overall.lower()}")


@pytest.mark.parametrize("odd", [status("FINISHED", job="r-2"), status("BETTER"), status("FINISHED", "BETTER")])
def test_an_answer_about_something_else_proves_nothing(odd: Any) -> None:
    with pytest.raises(ValueError, match="another regulation"):
        asked("delete", reply(odd))


def test_a_deletion_that_segment_does_not_know_any_more_begins_anew() -> None:
    said = asked("delete", reply(status=404))
    assert (type(said.error), said.error.reason) == (VendorUnavailable, "regulation_unknown")


@pytest.mark.parametrize(
    ("action", "suppressed", "outcome"),
    [
        ("withdraw", ["u-1"], "executed"),
        ("withdraw", ["u-9"], "accepted"),
        ("grant", ["u-9"], "executed"),
        ("grant", ["u-1"], "accepted"),
    ],
)
def test_a_suppression_without_a_status_is_looked_up_in_the_list_to_its_last_page(
    action: Action, suppressed: list[str], outcome: str
) -> None:
    pages = {
        "": {"suppressed": [{"subjectType": "OBJECT_ID", "subjectIds": ["u-1"]}], "pagination": {"next": "p2"}},
        "p2": {"suppressed": [{"subjectType": "USER_ID", "subjectIds": suppressed}], "pagination": {}},
    }

    def answer(call: Call) -> Reply:
        listed = call.path == "/suppressions"
        return reply({"data": pages[call.params.get("pagination.cursor", "")]}) if listed else reply(status=404)

    played = play(SEGMENT.poll([about(action)]), answer)
    assert len(played.calls) == 3
    assert played.result["d1"].outcome == outcome


def test_a_workspace_in_europe_is_elsewhere() -> None:
    assert vendor("segment", region="eu").url == "https://eu1.api.segmentapis.com"
