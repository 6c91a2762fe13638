from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="s-1", email="ada@example.test", crm=("Contacts", "Leads"))
VERSION = "2.16"


class Workspace:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.token = bench.sandbox.settings.secrets["intercom_token"]
        self.version = VERSION

    async def call(self, method: str, path: str, **more: Any) -> Any:
        url = self.bench.sandbox.settings.base_urls["intercom"] + path
        headers = {"Authorization": f"Bearer {self.token}", "Intercom-Version": self.version}
        async with self.bench.session.request(method, url, headers=headers, **more) as response:
            answer: Any = type("Answer", (), {"status": response.status, "headers": response.headers})()
            answer.body = await response.json()
            return answer

    async def contacts(self, email: str = ADA.email) -> list[dict[str, Any]]:
        query = {"field": "email", "operator": "=", "value": email}
        found: list[dict[str, Any]] = (await self.call("POST", "/contacts/search", json={"query": query})).body[
            "data"
        ]
        return found


@pytest.fixture
async def intercom(bench: Bench) -> Workspace:
    await bench.control.seed([ADA])
    return Workspace(bench)


async def test_one_address_may_be_several_contacts(intercom: Workspace) -> None:
    assert [one["role"] for one in await intercom.contacts()] == ["user", "lead"]
    assert await intercom.contacts("nobody@example.test") == []


async def test_to_attach_a_type_means_the_opposite_for_its_two_kinds(intercom: Workspace) -> None:
    types = {one["consent_type"]: one for one in (await intercom.call("GET", "/subscription_types")).body["data"]}
    contact = (await intercom.contacts())[0]["id"]
    for kind in ("opt_out", "opt_in"):
        body = {"id": types[kind]["id"], "consent_type": kind}
        wrong = {**body, "consent_type": "opt_in" if kind == "opt_out" else "opt_out"}
        assert (await intercom.call("POST", f"/contacts/{contact}/subscriptions", json=wrong)).status == 404
        assert (await intercom.call("POST", f"/contacts/{contact}/subscriptions", json=body)).status == 200
        path = f"/contacts/{contact}/subscriptions/{body['id']}"
        assert [(await intercom.call("DELETE", path)).status for _ in range(2)] == [200, 404]
    effects = [entry["effect"] for entry in await intercom.bench.control.ledger()]
    assert effects == ["withdraw", "grant", "grant", "withdraw"]


async def test_a_merged_contact_is_not_found_and_leads_to_the_other(intercom: Workspace) -> None:
    user, lead = await intercom.contacts()
    await intercom.bench.control.happen("intercom", "merge", ADA.key)
    assert await intercom.contacts() == [user]
    reply = await intercom.call("GET", f"/contacts/{lead['id']}")
    assert (reply.status, reply.body["errors"][0]["code"]) == (410, "contact_merged")
    assert reply.headers["Link"] == f'</contacts/{user["id"]}>; rel="canonical"'


async def test_a_deleted_contact_is_gone_and_an_archived_one_is_not(intercom: Workspace) -> None:
    user, lead = await intercom.contacts()
    assert (await intercom.call("DELETE", f"/contacts/{user['id']}")).body["deleted"] is True
    assert (await intercom.call("DELETE", f"/contacts/{user['id']}")).status == 404
    await intercom.call("POST", f"/contacts/{lead['id']}/archive")
    assert await intercom.contacts() == []
    assert (await intercom.bench.control.person(ADA.key))["intercom"]["known"]


async def test_without_token_or_version_nothing_is_answered(intercom: Workspace) -> None:
    intercom.version = "2.9"
    assert (await intercom.call("GET", "/me")).status == 400
    intercom.token = "wrong"
    assert (await intercom.call("GET", "/me")).body["errors"][0]["code"] == "unauthorized"
