from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import instruction, play, reply, shown, vendor

from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorRefused

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from schemas.records import Action

AMPLITUDE = vendor("amplitude", requester="privacy team")
PLACE = "/api/2/deletions/users"


def about(who: str = "d1", *ids: tuple[str, str], refs: tuple[str, ...] = ()) -> Instruction:
    return instruction("delete", delivery_id=who, emails=(), more=ids or (("user_id", "u-1"),), refs=refs)


def entry(number: int, user: str | None = None, on: str = "2026-01-01") -> dict[str, Any]:
    return {"amplitude_id": number, "requested_on_day": on, "requester": "x"} | ({"user_id": user} if user else {})


def job(*entries: dict[str, Any], day: str = "2026-01-13", status: str = "staging", **more: Any) -> dict[str, Any]:
    return {"day": day, "status": status, "amplitude_ids": list(entries), **more}


def deleted(answer: Any, *people: Instruction) -> Any:
    return play(AMPLITUDE.batch_script(people or [about()]), lambda _: reply(answer))


def asked(*jobs: dict[str, Any], refs: tuple[str, ...] = ("id:7", "on:2026-01-01")) -> Any:
    return play(AMPLITUDE.poll([about(refs=refs)]), lambda _: reply(list(jobs))).result["d1"]


def test_people_share_a_call_that_no_unknown_id_can_refuse() -> None:
    by_number = about("d2", ("amplitude_id", "8"), ("user_id", "u-2"))
    answer = job(entry(7, "u-1"), entry(8, "u-2"))
    played = deleted(answer, about(), by_number, instruction("delete", delivery_id="d3"))
    body = {
        "user_ids": ["u-1", "u-2"],
        "amplitude_ids": [8],
        "requester": "privacy team",
        "ignore_invalid_id": "true",
        "delete_from_org": "false",
        "include_mapped_user_ids": "true",
    }
    assert [shown(call) for call in played.calls] == [("POST", PLACE, body)]
    came = {who: (one.outcome, one.later.job_id, one.later.refs) for who, one in played.result.items() if who != "d3"}
    assert came == {
        "d1": ("accepted", "2026-01-13", ("id:7", "on:2026-01-01")),
        "d2": ("accepted", "2026-01-13", ("id:8", "on:2026-01-01")),
    }
    assert isinstance(played.result["d3"], MissingIdentity)


def test_whom_the_project_does_not_know_is_told_from_whom_it_does() -> None:
    answer = [job(entry(7, "u-1"), invalid_ids=["u-2", "u-3"])]
    both = about("d3", ("user_id", "u-3"), ("user_id", "u-1"))
    came = deleted(answer, about(), about("d2", ("user_id", "u-2")), both).result
    assert [came[who].outcome for who in ("d1", "d2", "d3")] == ["accepted", "no_match", "accepted"]


def test_ids_that_are_told_in_another_way_are_no_strangers() -> None:
    with pytest.raises(ValueError, match="ids that are none"):
        deleted(job(entry(7, "u-1"), invalid_ids=[{"user_id": "u-1"}]))


def test_where_nobody_says_whose_is_whose_all_wait_for_all() -> None:
    came = deleted(job(entry(7), entry(8)), about(), about("d2", ("user_id", "u-2"))).result
    assert came["d1"].later.refs == came["d2"].later.refs == ("id:7", "id:8", "on:2026-01-01")


def test_an_answer_about_others_alone_is_no_deletion() -> None:
    with pytest.raises(ValueError, match="somebody else"):
        deleted(job(entry(8, "u-2")))
    with pytest.raises(ValueError, match="somebody else"):
        deleted(job())


def test_an_amplitude_id_that_is_no_number_keeps_no_other_name_from_being_acted_on() -> None:
    odd = about("d1", ("amplitude_id", "seven"), ("user_id", "u-1"))
    played = deleted(job(entry(7, "u-1")), odd)
    assert played.calls[0].json["user_ids"] == ["u-1"]
    assert "amplitude_ids" not in played.calls[0].json
    assert (type(played.result["d1"]), played.result["d1"].reason) == (VendorRefused, "amplitude_id_is_no_number")
    assert deleted(job(), about("d1", ("amplitude_id", "seven"))).calls == []
    beside = deleted(job(entry(7, "u-1")), about(), about("d2", ("amplitude_id", "seven"))).result
    assert (beside["d1"].outcome, beside["d2"].reason) == ("accepted", "amplitude_id_is_no_number")


def test_a_job_is_looked_for_from_the_day_on_which_it_was_asked_for() -> None:
    refs = ("id:7", "on:2026-01-01")
    played = play(AMPLITUDE.poll([about(refs=refs)]), lambda _: reply([job(entry(7))]))
    assert [shown(call) for call in played.calls] == [
        ("GET", PLACE, {"start_day": "2026-01-01", "end_day": "2026-05-01"})
    ]


@pytest.mark.parametrize("status", ["staging", "submitted", "Submitted", "better"])
def test_a_job_is_asked_about_until_it_is_done_and_its_day_may_move(status: str) -> None:
    said = asked(job(entry(7), status=status, day="2026-01-20"), job(entry(9), status="done"))
    assert (said.outcome, said.later.job_id, said.later.refs) == ("accepted", "2026-01-20", ("id:7", "on:2026-01-01"))


def test_all_of_a_persons_users_must_be_in_jobs_that_are_done() -> None:
    refs = ("id:7", "id:8", "on:2026-01-01")
    done = job(entry(7), status="Done")
    assert asked(done, job(entry(8), status="submitted"), refs=refs).outcome == "accepted"
    said = asked(done, job(entry(8), status="done"), refs=refs)
    assert (said.outcome, said.evidence.detail) == ("executed", "users=2")


def test_who_was_taken_out_of_the_job_is_not_deleted() -> None:
    said = asked(job(entry(9), status="done"))
    assert isinstance(said, Undone)
    assert said.error.reason == "taken_out_of_the_job"


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_choice_is_told_by_the_sdk(action: Action) -> None:
    played = play(AMPLITUDE.script(instruction(action)), lambda _: reply())
    assert (played.calls, played.result) == ([], Result("client_signal", "sdk_opt_out"))


def test_a_project_in_europe_is_elsewhere() -> None:
    assert vendor("amplitude", region="eu").url == "https://analytics.eu.amplitude.com"
