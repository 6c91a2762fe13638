from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.closing.words import is_final
from processors.vendors.base import Call, Note, Reply
from processors.vendors.later import Undone
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable

PHONE = "+4915112345678"
SHOPIFY = vendor("shopify", shop="acme-tea")
ID = "gid://shopify/Customer/7"


@dataclass
class Shop:
    """Plays Shopify: one customer. after: what a mutation makes of the state, if not what it was told."""

    states: dict[str, str] = field(default_factory=lambda: {"email": "SUBSCRIBED"})
    email: str = EMAIL
    after: str = ""
    errors: tuple[str, ...] = ()
    there: bool = True
    whatsapp: str = "NEVER_SUBSCRIBED"

    def __call__(self, call: Call) -> Reply:
        variables = call.json["variables"]
        if "identifier" in variables:
            return answer(self._shown() if self.there else None)
        payload: dict[str, Any] = {"userErrors": [{"code": code} for code in self.errors]}
        if consent := variables.get("input", {}).get("whatsAppMarketingConsent"):
            self.whatsapp = consent["state"]
            payload["customerPhoneNumber"] = self._shown()["defaultPhoneNumber"]
        elif "input" in variables:
            channel = "email" if "emailMarketingConsent" in variables["input"] else "sms"
            self.states[channel] = self.after or variables["input"][f"{channel}MarketingConsent"]["marketingState"]
            payload["customer"] = self._shown()
        return answer(payload)

    def _shown(self) -> dict[str, Any]:
        states, number = self.states, None
        if "sms" in states:
            over = {"whatsAppMarketingConsent": {"state": self.whatsapp}}
            number = {"phoneNumber": PHONE, "marketingState": states["sms"], **over}
        address = {"emailAddress": self.email, "marketingState": states["email"]}
        return {"id": ID, "defaultEmailAddress": address, "defaultPhoneNumber": number}


def answer(it: Any) -> Reply:
    return reply({"data": {"it": it}})


def made(calls: list[Call]) -> list[dict[str, Any]]:
    return [call.json["variables"] for call in calls if "identifier" not in call.json["variables"]]


def asked(action: Any, *channels: str, **more: Any) -> Any:
    given = instruction(action, **more)
    cells = frozenset((purpose, channel) for purpose in given.purposes for channel in channels or ("email",))
    return replace(given, cells=cells)


def test_a_withdrawal_sets_each_channel_by_itself_and_sends_no_date() -> None:
    shop = Shop({"email": "SUBSCRIBED", "sms": "PENDING"})
    played = play(SHOPIFY.script(asked("withdraw", "email")), shop)
    assert made(played.calls) == [
        {"input": {"customerId": ID, "emailMarketingConsent": {"marketingState": "UNSUBSCRIBED"}}}
    ]
    assert (shop.states, played.result.outcome) == ({"email": "UNSUBSCRIBED", "sms": "PENDING"}, "executed")
    play(SHOPIFY.script(asked("withdraw", "email", "sms")), shop)
    assert shop.states == {"email": "UNSUBSCRIBED", "sms": "UNSUBSCRIBED"}


@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_whoever_wants_no_texts_gets_none_over_whatsapp_either(action: Any) -> None:
    """It has a consent of its own since 2026-07, which the one to SMS says nothing of."""
    shop = Shop({"email": "UNSUBSCRIBED", "sms": "UNSUBSCRIBED"}, whatsapp="SUBSCRIBED")
    assert isinstance(play(SHOPIFY.read_back(asked("withdraw", "sms")), shop).result, Undone)
    played = play(SHOPIFY.script(asked(action, "sms")), shop)
    told = {"input": {"customerId": ID, "whatsAppMarketingConsent": {"state": "UNSUBSCRIBED"}}}
    assert made(played.calls)[0] == told
    assert (shop.whatsapp, played.result.outcome) == ("UNSUBSCRIBED", SHOPIFY.can[action].closing)
    assert play(SHOPIFY.read_back(asked("withdraw", "sms")), shop).result.outcome == "verified"


def test_consent_to_texts_is_none_to_whatsapp_and_mails_are_no_texts() -> None:
    shop = Shop({"email": "SUBSCRIBED", "sms": "UNSUBSCRIBED"})
    play(SHOPIFY.script(asked("grant", "sms", more=(("phone", PHONE),))), shop)
    assert (shop.states["sms"], shop.whatsapp) == ("SUBSCRIBED", "NEVER_SUBSCRIBED")
    shop.whatsapp = "SUBSCRIBED"
    play(SHOPIFY.script(asked("withdraw", "email")), shop)
    assert (shop.states["email"], shop.whatsapp) == ("UNSUBSCRIBED", "SUBSCRIBED")


def test_a_number_that_is_gone_when_its_whatsapp_is_ended_is_no_success() -> None:
    shop = Shop({"email": "UNSUBSCRIBED", "sms": "UNSUBSCRIBED"}, whatsapp="PENDING")

    def gone(call: Call) -> Reply:
        is_told = "whatsAppMarketingConsent" in call.json["variables"].get("input", {})
        return answer({"customerPhoneNumber": None, "userErrors": []}) if is_told else shop(call)

    ended = play(SHOPIFY.script(asked("withdraw", "sms")), gone).result
    assert (type(ended), ended.reason) == (VendorRefused, "channel_gone_meanwhile")


def test_who_is_out_already_needs_no_call_and_who_has_no_number_gets_none() -> None:
    for state in ("UNSUBSCRIBED", "REDACTED", "INVALID"):
        played = play(SHOPIFY.script(asked("withdraw")), Shop({"email": state}))
        assert (made(played.calls), played.result.outcome) == ([], "executed")
    assert play(SHOPIFY.script(asked("withdraw", "sms")), Shop()).result.outcome == "no_match"
    assert play(SHOPIFY.script(asked("withdraw")), Shop(there=False)).result.outcome == "no_match"


def test_a_grant_says_how_consent_was_collected_and_waits_where_shopify_waits() -> None:
    shop = vendor("shopify", shop="a", opt_in="CONFIRMED_OPT_IN")
    played = play(shop.script(asked("grant")), Shop({"email": "NOT_SUBSCRIBED"}))
    consent = {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "CONFIRMED_OPT_IN"}
    assert made(played.calls) == [{"input": {"customerId": ID, "emailMarketingConsent": consent}}]
    assert played.result.outcome == "executed"
    waiting = play(shop.script(asked("grant")), Shop({"email": "UNSUBSCRIBED"}, after="PENDING")).result
    assert (waiting.outcome, waiting.evidence.detail) == ("accepted", "pending_opt_in")
    assert is_final(SimpleNamespace(vendor="shopify", action="grant"), "accepted"), "nobody can be asked further"


def test_a_grant_is_of_the_address_or_number_that_it_names_and_a_withdrawal_of_all() -> None:
    out = {"email": "UNSUBSCRIBED", "sms": "UNSUBSCRIBED"}
    number_on_file = Shop(dict(out))
    assert play(SHOPIFY.script(asked("grant", "email", "sms")), number_on_file).result.outcome == "executed"
    assert number_on_file.states == {"email": "SUBSCRIBED", "sms": "UNSUBSCRIBED"}
    by_number = {"emails": (), "more": (("phone", PHONE),)}
    somebody_elses = Shop(dict(out))
    played = play(SHOPIFY.script(asked("grant", "email", **by_number)), somebody_elses)
    assert (somebody_elses.states, played.result.outcome) == (out, "no_match")
    both = Shop(dict(out))
    play(SHOPIFY.script(asked("grant", "email", "sms", more=(("phone", PHONE),))), both)
    assert set(both.states.values()) == {"SUBSCRIBED"}
    play(SHOPIFY.script(asked("withdraw", "email", "sms", **by_number)), both)
    assert both.states == out


@pytest.mark.parametrize("action", ["grant", "withdraw"])
def test_a_state_that_was_not_set_is_no_success(action: Any) -> None:
    played = play(SHOPIFY.script(asked(action)), Shop({"email": "PENDING"}, after="NOT_SUBSCRIBED"))
    assert (type(played.result), played.result.reason) == (VendorRefused, "state_not_set")


def test_a_deletion_ends_marketing_notes_the_customer_and_requests_the_erasure() -> None:
    shop = Shop({"email": "SUBSCRIBED", "sms": "SUBSCRIBED"})
    played = play(SHOPIFY.script(asked("delete")), shop)
    assert (set(shop.states.values()), made(played.calls)[-1]) == ({"UNSUBSCRIBED"}, {"customerId": ID})
    assert "customerDelete" not in str([call.json for call in played.calls])
    assert played.notes == [Note("d1", (ID,))]
    assert (played.result.outcome, played.result.evidence.vendor_limit_s) == ("accepted", 190 * 86_400)


def test_who_is_gone_when_it_is_tried_again_is_erased_and_what_fails_is_told() -> None:
    again = asked("delete", refs=(ID,))
    gone = play(SHOPIFY.script(again), Shop(there=False, errors=("DOES_NOT_EXIST",)))
    assert gone.result.outcome == "accepted"
    failed = play(SHOPIFY.script(again), Shop(there=False, errors=("FAILED_TO_REQUEST",)))
    assert (type(failed.result), failed.result.reason) == (VendorRefused, "shopify_failed_to_request")


def test_user_errors_of_a_200_are_no_success() -> None:
    for code, kind in (("INVALID", VendorRefused), ("INTERNAL_ERROR", VendorUnavailable)):
        assert type(play(SHOPIFY.script(asked("withdraw")), Shop(errors=(code,))).result) is kind


def test_a_number_is_looked_up_as_e164_and_an_address_that_is_only_alike_is_nobodys() -> None:
    both = asked("withdraw", more=(("phone", "+49 (151) 12345678"),))
    calls = play(SHOPIFY.script(both), Shop()).calls
    assert [call.json["variables"]["identifier"] for call in calls[:2]] == [
        {"emailAddress": EMAIL},
        {"phoneNumber": PHONE},
    ]
    assert play(SHOPIFY.script(asked("withdraw")), Shop(email=f"x{EMAIL}")).result.outcome == "no_match"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("THROTTLED", VendorUnavailable),
        ("INTERNAL_SERVER_ERROR", VendorUnavailable),
        ("ACCESS_DENIED", VendorAuthRejected),
        ("SHOP_INACTIVE", VendorAuthRejected),
        ("MAX_COST_EXCEEDED", VendorRefused),
    ],
)
def test_errors_of_a_200_are_told_by_their_code(code: str, kind: type[Exception]) -> None:
    cost = {"requestedQueryCost": 30, "throttleStatus": {"currentlyAvailable": 10, "restoreRate": 10}}
    error = SHOPIFY.fault(reply({"errors": [{"extensions": {"code": code}}], "extensions": {"cost": cost}}))
    assert type(error) is kind
    assert (getattr(error, "retry_after", None), getattr(error, "too_fast", False)) == (
        (2.0, True) if code == "THROTTLED" else (None, False)
    )
    assert SHOPIFY.fault(reply({"data": {"it": {"userErrors": []}}})) is None


def test_a_shop_that_is_not_there_is_nobodys_absence() -> None:
    """A closed shop, a slip in its name, a version that has ended: all of them 404 with this body."""
    gone = SHOPIFY.fault(reply({"errors": "Not Found"}, 404))
    assert (type(gone), gone and gone.reason) == (VendorAuthRejected, "shop_not_found")
    assert SHOPIFY.fault(reply(None, 404)) is None, "who is speaking?"


@pytest.mark.parametrize("action", ["grant", "withdraw", "delete"])
def test_a_number_that_cannot_be_written_keeps_nothing_from_the_address(action: Any) -> None:
    with_odd = asked(action, more=(("phone", "0151 123"),))
    shop = Shop({"email": "PENDING"})
    played = play(SHOPIFY.script(with_odd), shop)
    assert len(made(played.calls)) == (2 if action == "delete" else 1)
    assert (type(played.result), played.result.reason) == (VendorRefused, "phone_not_e164")
    nobody = play(SHOPIFY.script(with_odd), Shop(there=False))
    assert (made(nobody.calls), nobody.result.reason) == ([], "phone_not_e164"), "it may be the one that is known"


def test_whether_a_withdrawal_stands_is_asked() -> None:
    assert play(SHOPIFY.read_back(asked("withdraw")), Shop({"email": "UNSUBSCRIBED"})).result.outcome == "verified"
    assert isinstance(play(SHOPIFY.read_back(asked("withdraw")), Shop()).result, Undone)
