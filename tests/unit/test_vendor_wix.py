from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Call, Note, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorRefused, VendorUnavailable

SITE = "4f8a1c2e-0000-4000-8000-000000000002"
WIX = vendor("wix", site=SITE)
PHONE = "+4915112345678"
OWNER = {"details": {"applicationError": {"code": "CANNOT_DELETE_MEMBER_OWNER_OR_CONTRIBUTOR"}}}


@dataclass
class Site:
    """Plays Wix. barred: contacts that can't be deleted; gone: those that aren't there any more."""

    contacts: dict[str, tuple[str, str]] = field(default_factory=lambda: {"c1": (EMAIL, PHONE)})
    barred: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    empty_bin: bool = False
    state: str = ""

    def __call__(self, call: Call) -> Reply:
        assert call.headers == {"wix-site-id": SITE}
        last = call.path.rpartition("/")[2]
        if last == "query":
            rows = [_contact(one, *names) for one, names in self.contacts.items()]
            return reply({"contacts": rows})
        if last == "upsert":
            return reply({"marketingConsent": {"id": "m1", "state": self.state or consent(call)["state"]}})
        if last in self.barred:
            return reply(OWNER, 428)
        missing = last in self.gone or (self.empty_bin and "trash-bin" in call.path)
        return reply({}, 404 if missing else 200)


def _contact(contact: str, email: str, phone: str) -> dict[str, Any]:
    emails, phones = [{"email": email}], [{"e164Phone": phone}]
    return {"id": contact, "info": {"emails": {"items": emails}, "phones": {"items": phones}}}


def consent(call: Call) -> Any:
    """What stands in it: npm @wix/marketing_marketing-consent 1.0.16, UpsertMarketingConsentRequest."""
    assert call.json.keys() == {"marketingConsent"}
    return call.json["marketingConsent"]


def consents(calls: list[Call]) -> list[Any]:
    return [consent(call) for call in calls if call.path.endswith("/upsert")]


def made(calls: list[Call]) -> list[str]:
    return [f"{call.method} {call.path}" for call in calls if not call.path.endswith("/query")]


def asked(action: Any, *channels: str, **more: Any) -> Any:
    given = instruction(action, **more)
    return replace(given, cells=frozenset(("news", channel) for channel in channels))


def test_a_choice_reaches_the_names_that_a_contact_has_on_its_channels() -> None:
    both = asked("withdraw", "email", "sms", emails=(EMAIL.upper(), "other@x.test"), more=(("phone", PHONE),))
    played = play(WIX.script(both), Site())
    told = consents(played.calls)
    assert [one["details"] for one in told] == [{"type": "EMAIL", "email": EMAIL}, {"type": "PHONE", "phone": PHONE}]
    assert all(one["state"] == "REVOKED" and one["lastRevokeActivity"] for one in told)
    assert played.result.outcome == "executed"
    only = play(WIX.script(asked("withdraw", "sms")), Site())
    number = {"type": "PHONE", "phone": PHONE}
    assert consent(only.calls[-1])["details"] == number, "the contact's, though nobody named it"
    assert play(WIX.script(asked("grant", "sms")), Site()).result.outcome == "no_match"
    only = play(WIX.script(asked("withdraw", "sms", more=(("phone", PHONE),))), Site())
    assert [one["details"]["type"] for one in consents(only.calls)] == ["PHONE"]
    granted = play(vendor("wix", site=SITE, opt_in="DOUBLE_CONFIRMATION").script(asked("grant", "email")), Site())
    assert consent(granted.calls[-1])["lastConfirmationActivity"]["optInLevel"] == "DOUBLE_CONFIRMATION"


def test_nobody_gets_a_consent_without_a_contact_and_a_state_that_was_not_set_is_no_success() -> None:
    nobody = play(WIX.script(asked("grant", "email")), Site({"c1": (f"x{EMAIL}", "")}))
    assert (made(nobody.calls), nobody.result.outcome) == ([], "no_match")
    stubborn = play(WIX.script(asked("withdraw", "email")), Site(state="CONFIRMED"))
    assert (type(stubborn.result), stubborn.result.reason) == (VendorRefused, "state_not_set")


def test_a_deletion_revokes_deletes_with_the_member_purges_and_forgets_the_consent() -> None:
    played = play(WIX.script(asked("delete", "email")), Site({"c1": (EMAIL, ""), "c2": (EMAIL, "")}))
    given, contacts = "/marketing-consent/v1/marketing-consent", "/contacts/v5/contacts"
    assert made(played.calls) == [
        f"POST {given}/upsert",
        f"DELETE {contacts}/c1",
        f"DELETE {contacts}/c2",
        f"DELETE {contacts}/trash-bin/c1",
        f"DELETE {contacts}/trash-bin/c2",
        f"DELETE {given}/m1",
    ]
    assert [call.params for call in played.calls if call.path.endswith("contacts/c1")] == [{"deleteMember": "true"}]
    assert played.notes == [Note("d1", ("c1", "c2", "consent:m1"))]
    assert played.result.outcome == "executed"


def test_who_is_barred_is_a_task_and_the_others_are_purged_all_the_same() -> None:
    played = play(WIX.script(asked("delete", "email")), Site({"c1": (EMAIL, ""), "c2": (EMAIL, "")}, barred=("c1",)))
    assert made(played.calls)[-1] == "DELETE /contacts/v5/contacts/trash-bin/c2"
    reason = "cannot_delete_member_owner_or_contributor"
    assert (played.result.outcome, played.result.reason) == ("manual_task", reason)


def test_a_deletion_ends_and_forgets_the_consent_of_a_number_that_nobody_named() -> None:
    played = play(WIX.script(asked("delete", "email")), Site())
    told = [one["details"] for one in consents(played.calls)]
    assert told == [{"type": "EMAIL", "email": EMAIL}, {"type": "PHONE", "phone": PHONE}]


@pytest.mark.parametrize(("action", "acts"), [("grant", 1), ("withdraw", 1), ("delete", 4)])
def test_a_number_that_cannot_be_written_keeps_nothing_from_the_address(action: Any, acts: int) -> None:
    with_odd = asked(action, "email", more=(("phone", "0151 123"),))
    played = play(WIX.script(with_odd), Site({"c1": (EMAIL, "")}))
    assert (len(made(played.calls)), played.result.reason) == (acts, "phone_not_e164")
    nobody = play(WIX.script(with_odd), Site({}))
    assert (made(nobody.calls), nobody.result.reason) == ([], "phone_not_e164"), "it may be the one that is known"


def test_who_was_just_deleted_and_is_not_in_the_bin_yet_is_not_purged() -> None:
    played = play(WIX.script(asked("delete", "email")), Site(empty_bin=True))
    assert (type(played.result), played.result.reason) == (VendorUnavailable, "not_in_the_trash_bin_yet")


def test_a_redo_purges_what_is_in_the_bin_and_forgets_what_was_revoked() -> None:
    again = replace(asked("delete", "email"), refs=("c1", "consent:m1"))
    played = play(WIX.script(again), Site({}, gone=("c1", "m1")))
    assert [one.rpartition("/")[2] for one in made(played.calls)] == ["c1", "c1", "m1"]
    assert played.result.outcome == "executed"


def test_whether_the_person_is_gone_is_asked() -> None:
    assert isinstance(play(WIX.read_back(asked("delete", "email")), Site()).result, Undone)
    assert play(WIX.read_back(asked("delete", "email")), Site({})).result.outcome == "verified"


def test_a_thousand_on_a_page_lead_to_the_next_one_and_not_for_ever() -> None:
    page = [_contact(f"c{n}", f"{n}@x.test", "") for n in range(1000)]
    offsets: list[int] = []

    def endless(call: Call) -> Reply:
        offsets.append(call.json["query"]["paging"]["offset"])
        return reply({"contacts": page})

    played = play(WIX.script(asked("delete", "email")), endless)
    assert offsets == [n * 1000 for n in range(10)]
    assert played.result.reason == "too_many_contacts"


@pytest.mark.parametrize("phone", ["0151 123", "nonsense"])
def test_a_number_without_its_country_is_refused(phone: str) -> None:
    played = play(WIX.script(asked("withdraw", "sms", emails=(), more=(("phone", phone),))), Site())
    assert (played.calls, played.result.reason) == ([], "phone_not_e164")
