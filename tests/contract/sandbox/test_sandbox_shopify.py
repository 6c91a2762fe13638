from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="s-1", email="ada@example.test", phone="+4915100000001")
FIND = "query { it: customerByIdentifier(identifier: $identifier) { id } }"
EMAIL = "mutation { it: customerEmailMarketingConsentUpdate(input: $input) { userErrors { code } } }"
WHATSAPP = "mutation { it: customerWhatsAppMarketingConsentUpdate(input: $input) { userErrors { code } } }"
ERASE = "mutation { it: customerRequestDataErasure(customerId: $customerId) { userErrors { code } } }"


class Shop:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.token = bench.sandbox.settings.secrets["shopify_api_key"]

    async def ask(self, query: str, **variables: Any) -> tuple[int, Any]:
        url = self.bench.sandbox.settings.base_urls["shopify"] + "/admin/api/2026-10/graphql.json"
        body = {"query": query, "variables": variables}
        async with self.bench.session.post(
            url, headers={"X-Shopify-Access-Token": self.token}, json=body
        ) as response:
            return response.status, await response.json()

    async def it(self, query: str, **variables: Any) -> Any:
        return (await self.ask(query, **variables))[1]["data"]["it"]


@pytest.fixture
async def shop(bench: Bench) -> Shop:
    await bench.control.seed([ADA])
    return Shop(bench)


async def test_address_and_number_lead_to_the_same_customer_and_a_part_of_them_to_nobody(shop: Shop) -> None:
    found = [await shop.it(FIND, identifier=one) for one in ({"emailAddress": ADA.email}, {"phoneNumber": ADA.phone})]
    assert found[0] == found[1]
    assert found[0]["defaultEmailAddress"] == {"emailAddress": ADA.email, "marketingState": "SUBSCRIBED"}
    assert await shop.it(FIND, identifier={"emailAddress": "da@example.test"}) is None


async def test_a_state_that_nobody_can_set_is_an_error_in_a_200(shop: Shop) -> None:
    customer = (await shop.it(FIND, identifier={"emailAddress": ADA.email}))["id"]
    for state, codes in (("REDACTED", ["INVALID"]), ("UNSUBSCRIBED", [])):
        consent = {"customerId": customer, "emailMarketingConsent": {"marketingState": state}}
        told = await shop.it(EMAIL, input=consent)
        assert [one["code"] for one in told["userErrors"]] == codes
    assert [entry["effect"] for entry in await shop.bench.control.ledger()] == ["withdraw"]


async def test_whatsapp_has_a_consent_of_its_own_beside_the_numbers(shop: Shop) -> None:
    found = await shop.it(FIND, identifier={"phoneNumber": ADA.phone})
    assert found["defaultPhoneNumber"]["whatsAppMarketingConsent"] == {"state": "NEVER_SUBSCRIBED"}
    for state, codes in (("NEVER_SUBSCRIBED", ["INVALID"]), ("SUBSCRIBED", []), ("UNSUBSCRIBED", [])):
        consent = {"customerId": found["id"], "whatsAppMarketingConsent": {"state": state}}
        told = await shop.it(WHATSAPP, input=consent)
        assert [one["code"] for one in told["userErrors"]] == codes
    assert told["customerPhoneNumber"]["whatsAppMarketingConsent"] == {"state": "UNSUBSCRIBED"}
    assert told["customerPhoneNumber"]["marketingState"] == "SUBSCRIBED"
    assert [entry["effect"] for entry in await shop.bench.control.ledger()] == ["grant", "withdraw"]


async def test_an_erasure_waits_and_then_the_customer_does_not_exist(shop: Shop) -> None:
    customer = (await shop.it(FIND, identifier={"emailAddress": ADA.email}))["id"]
    assert (await shop.it(ERASE, customerId=customer))["userErrors"] == []
    assert await shop.it(FIND, identifier={"emailAddress": ADA.email}) is not None
    await shop.bench.control.happen("shopify", "redact", ADA.key)
    assert (await shop.it(ERASE, customerId=customer))["userErrors"][0]["code"] == "DOES_NOT_EXIST"


async def test_too_many_calls_are_throttled_in_a_200_and_a_bad_token_is_a_401(shop: Shop) -> None:
    told = [await shop.ask(FIND, identifier={"emailAddress": ADA.email}) for _ in range(12)]
    throttled = [body["errors"][0]["extensions"]["code"] for _, body in told if "errors" in body]
    assert (throttled, {status for status, _ in told}) == (["THROTTLED"] * 2, {200})
    shop.bench.clock.advance(2)
    shop.token = "wrong"
    assert (await shop.ask(FIND))[0] == 401
