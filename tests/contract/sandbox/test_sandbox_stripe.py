from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="s-1", email="Ada@example.test", crm=("Contacts", "Leads"), books=("invoiced",))
JOBS = "/v1/privacy/redaction_jobs"


class Account:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.token = bench.sandbox.settings.secrets["stripe_token"]

    async def call(self, method: str, path: str, *, key: str = "", **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Stripe-Version": "2026-06-24.preview"}
        headers |= {"Idempotency-Key": key} if key else {}
        url = self.bench.sandbox.settings.base_urls["stripe"] + path
        async with self.bench.session.request(method, url, headers=headers, **more) as response:
            return response.status, await response.json()

    async def customers(self) -> list[str]:
        _, body = await self.call("GET", "/v1/customers", params={"email": ADA.email})
        return [one["id"] for one in body["data"]]

    async def job(self, *customers: str, key: str = "") -> tuple[int, Any]:
        form = [("objects[customers][]", one) for one in customers]
        return await self.call("POST", JOBS, key=key, data=form)


@pytest.fixture
async def stripe(bench: Bench) -> Account:
    await bench.control.seed([ADA])
    return Account(bench)


async def test_the_list_minds_capitals_and_the_search_does_not(stripe: Account) -> None:
    lower = ADA.email.lower()
    assert len(await stripe.customers()) == 2
    assert (await stripe.call("GET", "/v1/customers", params={"email": lower}))[1]["data"] == []
    found = await stripe.call("GET", "/v1/customers/search", params={"query": f'email:"{lower}"'})
    assert len(found[1]["data"]) == 2


async def test_a_job_runs_only_when_it_is_ready_and_takes_the_address_away(stripe: Account) -> None:
    customers = await stripe.customers()
    _, job = await stripe.job(*customers)
    path = f"{JOBS}/{job['id']}"
    assert job["status"] == "validating"
    assert (await stripe.call("POST", f"{path}/run"))[1]["status"] == "redacting"
    assert (await stripe.call("POST", f"{path}/run"))[0] == 400
    assert (await stripe.call("GET", path))[1]["status"] == "succeeded"
    assert await stripe.customers() == []


async def test_a_key_gives_the_same_job_again_and_none_for_other_customers(stripe: Account) -> None:
    first, second = await stripe.customers()
    assert (await stripe.job(first, key="k")) == (await stripe.job(first, key="k"))
    assert (await stripe.job(second, key="k"))[1]["error"]["code"] == "idempotency_error"
    assert (await stripe.job("cus_nobody"))[1]["error"]["code"] == "resource_missing"
    assert (await stripe.job(*[first] * 11))[0] == 400


async def test_deleting_cancels_subscriptions_as_stripe_does(stripe: Account) -> None:
    await stripe.bench.control.happen("stripe", "subscribe", ADA.key)
    (one, _) = await stripe.customers()
    assert (await stripe.call("DELETE", f"/v1/customers/{one}"))[1]["deleted"] is True
    assert (await stripe.call("DELETE", f"/v1/customers/{one}"))[0] == 404
    (entry,) = await stripe.bench.control.ledger()
    assert (entry["effect"], entry["detail"]) == ("delete", {"cut": True})
