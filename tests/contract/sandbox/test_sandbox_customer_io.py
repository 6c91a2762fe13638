from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from yarl import URL

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="user/1", email="Ada@example.test")


@pytest.fixture
async def customer_io(bench: Bench) -> Bench:
    secrets = bench.sandbox.settings.secrets
    pair = f"{secrets['customer_io_username']}:{secrets['customer_io_password']}"
    bench.authorization = f"Basic {b64encode(pair.encode()).decode()}"
    await bench.control.seed([ADA])
    return bench


async def call(bench: Bench, method: str, path: str, **more: Any) -> Reply:
    return await bench.call(method, "customer_io", f"/api/v1/{path}", **more)


async def held(bench: Bench, name: str = ADA.key) -> Any:
    return (await bench.control.person(name))["customer_io"]


@pytest.mark.parametrize("identifier", ["ada%40example.test", "user%2F1"])
async def test_a_person_is_found_by_address_and_by_id(customer_io: Bench, identifier: str) -> None:
    url = customer_io.sandbox.settings.base_urls["customer_io"]
    headers = {"Authorization": customer_io.authorization}
    path = URL(f"{url}/api/v1/customers/{identifier}", encoded=True)
    async with customer_io.session.put(path, headers=headers, json={"unsubscribed": True}) as answer:
        assert (answer.status, await answer.json()) == (200, {})
    assert (await held(customer_io))["unsubscribed"] is True


async def test_an_unknown_person_is_answered_alike_and_created_only_where_that_is_asked_for(
    customer_io: Bench,
) -> None:
    for update, known in ((True, False), (False, True)):
        reply = await call(customer_io, "PUT", "customers/x@e.test", json={"unsubscribed": "1", "_update": update})
        assert (reply.status, reply.body) == (200, {})
        assert (await held(customer_io, "x@e.test"))["known"] is known


async def test_a_deleted_person_may_come_back_and_a_suppressed_one_only_when_that_is_lifted(
    customer_io: Bench,
) -> None:
    await call(customer_io, "DELETE", f"customers/{ADA.email}")
    assert (await held(customer_io))["known"] is False
    await customer_io.control.seed([ADA])
    assert (await held(customer_io))["known"] is True
    assert (await call(customer_io, "POST", f"customers/{ADA.email}/suppress")).body == {}
    await customer_io.control.seed([ADA])
    await call(customer_io, "PUT", f"customers/{ADA.email}", json={"unsubscribed": False})
    assert await held(customer_io) == {"known": False, "unsubscribed": None, "suppressed": True}
    await call(customer_io, "POST", f"customers/{ADA.email}/unsuppress")
    await call(customer_io, "PUT", f"customers/{ADA.email}", json={})
    assert (await held(customer_io))["known"] is True, "a new profile"


async def test_the_region_is_told_to_whom_has_the_key(customer_io: Bench) -> None:
    assert (await call(customer_io, "GET", "accounts/region")).body["region"] == "us"
    customer_io.authorization = "Basic eDp5"
    assert (await call(customer_io, "GET", "accounts/region")).status == 401
