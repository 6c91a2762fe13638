from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.later import Undone
from processors.vendors.sendgrid.answers import only
from schemas.errors import MissingIdentity, VendorAuthRejected, VendorError, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.vendors.base import Answer, Call

GRID = vendor("sendgrid", groups={"news": 100, "surveys": 101})
AT = EMAIL.replace("@", "%40").replace("+", "%2B")
GLOBAL = "/v3/asm/suppressions/global"
ABSENT = VendorRefused("http_404", status=404)
TAKEN = {"recipient_emails": [EMAIL.upper()]}
FOUND = {"result": {EMAIL: {"contact": {"id": "c-1"}}}}
BOTH = (EMAIL.upper(), "b@x.test")


def grid(**says: Any) -> Callable[[Call], Answer]:
    """SendGrid; `says` answers by method and the last part of the path, an error or a body."""

    def answer(call: Call) -> Answer:
        part = "address" if call.path.endswith(AT) else call.path.rpartition("/")[2]
        said = says.get(f"{call.method}_{part}", _USUAL.get(f"{call.method}_{part}"))
        return said if isinstance(said, VendorError) else reply(said, min(call.expect))

    return answer


_USUAL: dict[str, Any] = {
    "GET_groups": [{"id": 100}, {"id": 101}],
    "GET_address": {},
    "POST_suppressions": TAKEN,
    "POST_global": TAKEN,
    "POST_erasejob": {"job_id": "job-1"},
    "POST_emails": FOUND,
    "DELETE_contacts": {"job_id": "job-2"},
    "POST_search": [EMAIL],
}


def made(calls: list[Call]) -> list[str]:
    return [f"{call.method} {call.path}" for call in calls]


def test_a_withdrawal_looks_whether_its_group_is_there_and_puts_the_address_into_it() -> None:
    played = play(GRID.script(instruction("withdraw")), grid())
    assert made(played.calls) == ["GET /v3/asm/groups", "POST /v3/asm/groups/100/suppressions"]
    assert played.calls[1].json == {"recipient_emails": [EMAIL]}
    assert played.result.outcome == "executed"


def test_a_group_that_is_not_there_gets_no_address_as_that_would_stop_all_mail() -> None:
    played = play(GRID.script(instruction("withdraw")), grid(GET_groups=[{"id": 101}]))
    assert made(played.calls) == ["GET /v3/asm/groups"]
    assert (type(played.result), played.result.reason) == (VendorAuthRejected, "group_not_found")


def test_a_withdrawal_of_everything_is_global() -> None:
    played = play(GRID.script(instruction("withdraw", all_purposes=True)), grid())
    assert [shown(call) for call in played.calls] == [("POST", GLOBAL, {"recipient_emails": [EMAIL]})]


@pytest.mark.parametrize("everything", [True, False])
def test_an_address_that_the_answer_does_not_name_was_not_taken(everything: bool) -> None:  # noqa: FBT001
    other = {"recipient_emails": ["x@x.test"]}
    answers = grid(POST_suppressions=other, POST_global=other)
    played = play(GRID.script(instruction("withdraw", all_purposes=everything)), answers)
    assert played.result.reason == "address_not_taken"


def test_a_purpose_without_a_group_is_not_passed_over() -> None:
    withdrawn = play(GRID.script(instruction("withdraw", purposes=("news", "other"))), grid())
    assert made(withdrawn.calls)[-1] == "POST /v3/asm/groups/100/suppressions"
    assert withdrawn.result.reason == "no_group_for_purpose"
    granted = play(GRID.script(instruction("grant", purposes=("news", "other"))), grid())
    assert (granted.calls, granted.result.reason) == ([], "no_group_for_purpose")


@pytest.mark.parametrize(("answer", "lifted"), [(None, 1), (ABSENT, 0)])
def test_a_grant_lifts_its_group_alone_and_who_is_not_in_it_is_fine(answer: Any, lifted: int) -> None:
    played = play(GRID.script(instruction("grant")), grid(DELETE_address=answer))
    assert made(played.calls) == [f"GET {GLOBAL}/{AT}", f"DELETE /v3/asm/groups/100/suppressions/{AT}"]
    assert (played.result.outcome, played.result.evidence.detail) == ("executed", f"lifted={lifted}")


def test_a_grant_of_one_purpose_lifts_no_global_suppression() -> None:
    played = play(GRID.script(instruction("grant")), grid(GET_address={"recipient_email": EMAIL}))
    assert made(played.calls) == [f"GET {GLOBAL}/{AT}"]
    assert (played.result.outcome, played.result.reason) == ("manual_task", "global_suppression_in_force")


@pytest.mark.parametrize("email", [".", ".."])
def test_a_name_that_would_be_another_path_takes_no_group_away(email: str) -> None:
    played = play(GRID.script(instruction("grant", emails=(EMAIL, email))), grid())
    assert (played.calls, played.result.reason) == ([], "identity_not_encodable")


@pytest.mark.parametrize("odd", [[], "", {"errors": []}])
def test_only_an_empty_object_says_that_an_address_is_not_on_the_global_list(odd: Any) -> None:
    def answer(call: Call) -> Answer:
        return reply(odd) if call.method == "GET" else grid()(call)

    for script in (GRID.script(instruction("grant")), GRID.read_back(instruction("withdraw", all_purposes=True))):
        with pytest.raises((LookupError, TypeError)):
            play(script, answer)


def test_a_grant_of_every_purpose_does() -> None:
    answers = grid(GET_address={"recipient_email": EMAIL})
    played = play(GRID.script(instruction("grant", purposes=("news", "surveys"))), answers)
    assert made(played.calls)[-1] == f"DELETE {GLOBAL}/{AT}"
    assert played.result.evidence.detail == "lifted=3"


def test_a_grant_that_names_no_purpose_lifts_none_that_needs_its_name() -> None:
    granted = instruction("grant", all_purposes=True)  # of news: surveys are left out, as they need a grant by name
    lifted = play(GRID.script(granted), grid())
    assert made(lifted.calls)[1:] == [f"DELETE /v3/asm/groups/100/suppressions/{AT}"]
    stopped = play(GRID.script(granted), grid(GET_address={"recipient_email": EMAIL}))
    assert (stopped.result.outcome, len(stopped.calls)) == ("manual_task", 1)


def test_a_deletion_deletes_the_contacts_by_id_and_asks_for_the_erasure() -> None:
    played = play(GRID.script(instruction("delete")), grid())
    assert made(played.calls) == [
        "GET /v3/asm/groups", "POST /v3/marketing/contacts/search/emails", "DELETE /v3/marketing/contacts",
        "POST /v3/recipients/erasejob",
    ]  # fmt: skip
    assert played.calls[2].params == {"ids": "c-1"}
    assert played.calls[3].api == "erasejob"
    result = played.result
    assert (result.outcome, result.evidence.job_id) == ("accepted", "job-1")
    assert result.evidence.detail == "unconfirmed,contacts=1"


def test_an_account_whose_erasure_is_not_enabled_has_its_contacts_deleted_all_the_same() -> None:
    refused = VendorAuthRejected("http_403", status=403)
    played = play(GRID.script(instruction("delete")), grid(POST_erasejob=refused))
    assert "DELETE /v3/marketing/contacts" in made(played.calls)
    assert played.result is refused


def test_each_address_must_be_answered_for_and_by_its_own_contact() -> None:
    asked = instruction("delete", emails=BOTH)
    absent = {"b@x.test": {"error": "contact not found"}}
    further = {"own@x.test": {"contact": {"id": "c-2", "email": "own@x.test", "alternate_emails": ["B@x.test"]}}}
    for more, ids in ((absent, "c-1"), (further, "c-1,c-2")):
        played = play(GRID.script(asked), grid(POST_emails={"result": FOUND["result"] | more}))
        assert played.calls[2].params == {"ids": ids}
    other = {"c@x.test": {"contact": {"id": "c-3"}}}
    for odd in ({}, FOUND["result"], FOUND["result"] | other, FOUND["result"] | absent | other):
        with pytest.raises(ValueError, match=r"somebody else|each address"):
            play(GRID.script(asked), grid(POST_emails={"result": odd}))


def test_without_contacts_there_is_no_call_that_could_mean_all_of_them() -> None:
    played = play(GRID.script(instruction("delete")), grid(POST_emails=ABSENT))
    assert not [call for call in played.calls if call.method == "DELETE"]
    assert played.result.outcome == "accepted"


@pytest.mark.parametrize("ids", [[], [""], ["c-1", "c&delete_all_contacts=true"], ["c-1,c-2"]])
def test_a_deletion_of_contacts_without_plain_ids_is_refused(ids: list[str]) -> None:
    with pytest.raises(VendorRefused, match="no_contact_ids"):
        only(ids)


def test_a_404_counts_as_no_contact_only_beside_an_answer_of_the_vendor() -> None:
    played = play(GRID.script(instruction("delete")), grid(POST_emails=ABSENT, GET_groups=ABSENT))
    assert played.result is ABSENT


def test_an_error_of_one_address_in_the_search_is_no_not_found() -> None:
    failed = {"result": {EMAIL: {"error": "something else"}}}
    assert play(GRID.script(instruction("delete")), grid(POST_emails=failed)).result.reason == "contact_search_failed"


def test_a_read_back_says_what_it_can_and_cannot_see() -> None:
    gone = play(GRID.read_back(instruction("delete")), grid(POST_emails=ABSENT)).result
    assert (gone.outcome, gone.evidence.detail) == ("verified", "no_contact,rest_unconfirmed")
    assert isinstance(play(GRID.read_back(instruction("delete")), grid()).result, Undone)
    assert play(GRID.read_back(instruction("withdraw")), grid()).result.outcome == "verified"
    assert isinstance(play(GRID.read_back(instruction("withdraw")), grid(POST_search=[])).result, Undone)
    everything = instruction("withdraw", all_purposes=True)
    assert isinstance(play(GRID.read_back(everything), grid()).result, Undone)
    there = grid(GET_address={"recipient_email": EMAIL})
    assert play(GRID.read_back(everything), there).result.outcome == "verified"


def test_region_and_subuser_are_configuration() -> None:
    subuser = vendor("sendgrid", groups={"news": 100}, region="eu", on_behalf_of="shop")
    assert subuser.url == "https://api.eu.sendgrid.com"
    played = play(subuser.script(instruction("delete")), grid())
    assert {call.headers["on-behalf-of"] for call in played.calls} == {"shop"}


def test_without_an_address_nobody_can_be_found() -> None:
    assert isinstance(play(GRID.script(instruction("delete", emails=())), grid()).result, MissingIdentity)
