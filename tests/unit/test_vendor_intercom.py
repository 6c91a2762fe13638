from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, shown, vendor

from processors.vendors.base import Call, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

OPTIONS = {"subscriptions": {"news": "91", "texts": "93"}}
INTERCOM = vendor("intercom", **OPTIONS)
KINDS = {"91": "opt_out", "93": "opt_in"}


@dataclass
class Workspace:
    """Plays Intercom. attached: contact → types; merged: contact → whom it became."""

    contacts: dict[str, str] = field(default_factory=lambda: {"c1": EMAIL})
    attached: dict[str, set[str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    unsubscribed: bool = False
    pages: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, call: Call) -> Reply:
        if call.path == "/contacts/search":
            data = [{"id": one, "email": email} for one, email in self.contacts.items()]
            return reply(self.pages.pop(0) if self.pages else {"data": data, "pages": {"next": None}})
        if call.path == "/subscription_types":
            return reply({"data": [{"id": one, "consent_type": kind} for one, kind in KINDS.items()]})
        _, _, contact, *rest = call.path.split("/")
        if contact in self.merged:
            return Reply(410, {"link": f'</contacts/{self.merged[contact]}>; rel="canonical"'}, b"{}")
        if contact not in self.contacts:
            return reply({"errors": [{"code": "not_found"}]}, 404)
        return self._about(call, contact, rest)

    def _about(self, call: Call, contact: str, rest: list[str]) -> Reply:
        mine = self.attached.setdefault(contact, set())
        if not rest:
            if call.method == "DELETE":
                del self.contacts[contact]
                return reply({"id": contact, "deleted": True})
            self.unsubscribed = (call.json or {}).get("unsubscribed_from_emails", self.unsubscribed)
            return reply({"id": contact, "unsubscribed_from_emails": self.unsubscribed})
        if call.method == "POST":
            mine.add(call.json["id"])
            return reply(call.json)
        if call.method == "DELETE":
            mine.discard(rest[-1])
        return reply({"data": [{"id": one, "consent_type": KINDS[one]} for one in sorted(mine)]})


def made(calls: list[Call]) -> list[tuple[str, str]]:
    return [(call.method, call.path) for call in calls if call.method != "GET" and call.path != "/contacts/search"]


def test_an_opt_out_type_is_attached_to_withdraw_and_an_opt_in_type_is_detached() -> None:
    at = Workspace(attached={"c1": {"93"}})
    played = play(INTERCOM.script(instruction("withdraw", purposes=("news", "texts"))), at)
    assert made(played.calls) == [("POST", "/contacts/c1/subscriptions"), ("DELETE", "/contacts/c1/subscriptions/93")]
    assert at.attached["c1"] == {"91"}
    assert played.result.outcome == "executed"
    granted = play(INTERCOM.script(instruction("grant", purposes=("news", "texts"))), at)
    assert made(granted.calls) == [
        ("DELETE", "/contacts/c1/subscriptions/91"),
        ("POST", "/contacts/c1/subscriptions"),
        ("PUT", "/contacts/c1"),
    ]
    assert (at.attached["c1"], granted.result.outcome) == ({"93"}, "executed")


def test_what_is_not_attached_needs_no_call_to_detach_it() -> None:
    played = play(INTERCOM.script(instruction("withdraw", purposes=("texts",))), Workspace())
    assert (made(played.calls), played.result.outcome) == ([], "executed")


def test_the_kind_of_a_type_is_asked_and_a_type_that_is_not_there_blames_nobody() -> None:
    elsewhere = vendor("intercom", subscriptions={"news": "404"})
    played = play(elsewhere.script(instruction("withdraw")), Workspace())
    assert isinstance(played.result, VendorAuthRejected)
    assert made(played.calls) == []


def test_a_withdrawal_of_everything_turns_all_mail_off_for_users_and_leads() -> None:
    at = Workspace({"c1": EMAIL, "c2": EMAIL.upper(), "c3": f"x{EMAIL}"})
    played = play(INTERCOM.script(instruction("withdraw", all_purposes=True)), at)
    assert [shown(call) for call in played.calls[1:]] == [
        ("PUT", f"/contacts/{one}", {"unsubscribed_from_emails": True}) for one in ("c1", "c2")
    ]
    assert played.result.evidence.detail == "contacts=2"


def test_a_grant_of_one_purpose_does_not_turn_all_mail_on_again() -> None:
    for everything in (False, True):  # a grant of everything leaves out what is granted by name alone
        asked = instruction("grant", all_purposes=everything)
        kept = play(INTERCOM.script(asked), Workspace(unsubscribed=True)).result
        assert (kept.outcome, kept.reason) == ("manual_task", "unsubscribed_from_all")
    both = instruction("grant", purposes=("news", "texts"))
    assert play(INTERCOM.script(both), Workspace(unsubscribed=True)).result.outcome == "executed"


def test_a_switch_that_is_not_set_is_no_success() -> None:
    def stubborn(call: Call) -> Reply:
        return reply({"unsubscribed_from_emails": False}) if call.method == "PUT" else Workspace()(call)

    played = play(INTERCOM.script(instruction("withdraw", all_purposes=True)), stubborn)
    assert isinstance(played.result, VendorRefused)


@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_whom_a_contact_was_merged_into_is_meant(action: Any) -> None:
    class Merging(Workspace):
        def __call__(self, call: Call) -> Reply:
            answer = super().__call__(call)
            if call.path == "/contacts/search":  # right after it was found
                self.merged = {"c1": "c2", "c2": "c9"}
                self.contacts = {"c9": "other@example.test"}
            return answer

    at = Merging()
    played = play(INTERCOM.script(instruction(action, all_purposes=True)), at)
    assert [call.path for call in played.calls[1:]] == ["/contacts/c1", "/contacts/c2", "/contacts/c9"]
    assert played.result.outcome == "executed"
    assert at.unsubscribed or not at.contacts


@pytest.mark.parametrize("link", ["", "</contacts/c9>", '</contacts/../admins>; rel="canonical"', "x" * 99])
def test_a_merged_contact_that_leads_nowhere_is_no_success(link: str) -> None:
    def merged(call: Call) -> Reply:
        return Workspace()(call) if call.path == "/contacts/search" else Reply(410, {"link": link})

    assert isinstance(play(INTERCOM.script(instruction("delete")), merged).result, VendorRefused)


def test_contacts_that_are_merged_in_a_circle_end() -> None:
    at = Workspace(merged={"c1": "c2", "c2": "c1"})
    played = play(INTERCOM.script(instruction("delete")), at)
    assert (played.result.reason, len(played.calls)) == ("merged_too_often", 6)


def test_a_deletion_is_noted_before_and_its_redo_finds_the_contact_gone() -> None:
    at = Workspace({"c1": EMAIL, "c2": EMAIL})
    played = play(INTERCOM.script(instruction("delete")), at)
    assert [step if isinstance(step, Call) else step.refs for step in played.steps][1] == ("c1", "c2")
    assert made(played.calls) == [("DELETE", "/contacts/c1"), ("DELETE", "/contacts/c2")]
    again = play(INTERCOM.script(instruction("delete", refs=("c1", "c2"))), at)
    assert (again.result.outcome, again.notes) == ("executed", [])
    assert not [call for call in (*played.calls, *again.calls) if call.path.endswith("/archive")]


@pytest.mark.parametrize(("action", "everything"), [("withdraw", False), ("withdraw", True), ("delete", True)])
def test_one_contact_that_is_refused_keeps_no_other_from_it(action: Any, everything: bool) -> None:  # noqa: FBT001
    at, refused = Workspace({"c1": EMAIL, "c2": EMAIL}), VendorRefused("http_422", status=422)

    def answer(call: Call) -> Any:
        return refused if call.path.startswith("/contacts/c1") else at(call)

    played = play(INTERCOM.script(instruction(action, all_purposes=everything)), answer)
    assert played.result is refused
    assert at.unsubscribed or at.attached.get("c2") == {"91"} or "c2" not in at.contacts


def test_a_200_that_does_not_say_deleted_is_no_success() -> None:
    def archived(call: Call) -> Reply:
        return reply({"deleted": False}) if call.method == "DELETE" else Workspace()(call)

    assert isinstance(play(INTERCOM.script(instruction("delete")), archived).result, VendorRefused)


def test_a_contact_that_went_meanwhile_is_looked_up_again() -> None:
    def gone(call: Call) -> Reply:
        return Workspace()(call) if call.path == "/contacts/search" else Reply(404)

    played = play(INTERCOM.script(instruction("withdraw", all_purposes=True)), gone)
    assert (type(played.result), played.result.reason) == (VendorUnavailable, "contact_gone_meanwhile")


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_a_first_look_that_finds_nobody_is_not_believed(action: Any) -> None:
    first = play(INTERCOM.script(instruction(action)), Workspace({}))
    assert (first.result.reason, first.notes[0].refs) == ("not_found_yet", ("looked",))
    second = play(INTERCOM.script(instruction(action, refs=("looked",))), Workspace({}))
    assert (second.result.outcome, len(second.calls)) == ("no_match", 1)


def test_all_pages_are_read_and_too_many_are_nobody() -> None:
    page = {"data": [{"id": "c1", "email": EMAIL}], "pages": {"next": {"starting_after": "p2"}}}
    at = Workspace({"c1": EMAIL, "c2": EMAIL}, pages=[page])
    played = play(INTERCOM.script(instruction("delete")), at)
    assert played.calls[1].json["pagination"] == {"starting_after": "p2"}
    assert played.result.evidence.detail == "contacts=2"
    endless = play(INTERCOM.script(instruction("delete")), Workspace(pages=[page] * 20))
    assert endless.result.reason == "too_many_contacts"


def test_an_external_id_finds_contacts_too_where_it_is_ours() -> None:
    ours = vendor("intercom", **OPTIONS, external_id="user_id")
    asked = instruction("delete", more=(("user_id", "u7"),))
    query = play(ours.script(asked), Workspace()).calls[0].json["query"]
    assert [(one["field"], one["value"]) for one in query["value"]] == [("email", EMAIL), ("external_id", "u7")]
    assert play(INTERCOM.script(asked), Workspace()).calls[0].json["query"]["field"] == "email"


@pytest.mark.parametrize(("there", "outcome"), [("u7", "executed"), ("U7", "no_match")])
def test_an_external_id_in_other_letters_is_somebody_elses(there: str, outcome: str) -> None:
    ours = vendor("intercom", **OPTIONS, external_id="user_id")
    at = Workspace(pages=[{"data": [{"id": "c1", "external_id": there}]}])
    asked = instruction("delete", emails=(), more=(("user_id", "u7"),), refs=("looked",))
    assert play(ours.script(asked), at).result.outcome == outcome


def test_a_purpose_without_a_type_is_not_passed_over() -> None:
    withdrawn = play(INTERCOM.script(instruction("withdraw", purposes=("news", "other"))), Workspace())
    assert made(withdrawn.calls) == [("POST", "/contacts/c1/subscriptions")]
    assert withdrawn.result.reason == "no_subscription_for_purpose"
    granted = play(INTERCOM.script(instruction("grant", purposes=("news", "other"))), Workspace())
    assert (granted.calls, granted.result.reason) == ([], "no_subscription_for_purpose")


def test_what_was_done_is_read_back() -> None:
    def read(at: Workspace, action: Any, **more: Any) -> Any:
        return play(INTERCOM.read_back(instruction(action, **more)), at).result

    assert read(Workspace({}), "delete").outcome == "verified"
    assert isinstance(read(Workspace(), "delete"), Undone)
    assert read(Workspace(unsubscribed=True), "withdraw", all_purposes=True).outcome == "verified"
    assert isinstance(read(Workspace(), "withdraw", all_purposes=True), Undone)
    for attached, stands in (({"91"}, True), (set[str](), False), ({"91", "93"}, False)):
        said = read(Workspace(attached={"c1": attached}), "withdraw", purposes=("news", "texts"))
        assert isinstance(said, Undone) is not stands


@pytest.mark.parametrize(("region", "host"), [("us", "api"), ("eu", "api.eu"), ("au", "api.au")])
def test_each_region_has_its_host(region: str, host: str) -> None:
    assert vendor("intercom", **OPTIONS, region=region).url == f"https://{host}.intercom.io"
