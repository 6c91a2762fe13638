from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="subject-1", email="Ada@example.test")
HASH = hashlib.sha256(b"ada@example.test").hexdigest()


class Told(NamedTuple):
    status: int
    body: Any


@pytest.fixture
async def iterable(bench: Bench) -> Bench:
    await bench.control.seed([ADA])
    return bench


async def call(bench: Bench, method: str, path: str, key: str | None = None, **more: Any) -> Told:
    headers = {"Api-Key": bench.sandbox.settings.secrets["iterable_api_key"] if key is None else key}
    async with bench.session.request(
        method, f"{bench.sandbox.settings.base_urls['iterable']}/api/{path}", headers=headers, **more
    ) as answer:
        return Told(answer.status, await answer.json())


async def update(bench: Bench, **body: Any) -> Told:
    return await call(bench, "POST", "users/updateSubscriptions", json={"email": ADA.email, **body})


async def test_a_change_overwrites_the_fields_that_it_names_and_no_others(iterable: Bench) -> None:
    await update(iterable, unsubscribedMessageTypeIds=[101, 104], unsubscribedChannelIds=[2])
    done = await update(iterable, unsubscribedMessageTypeIds=[101], emailListIds=None)
    assert (done.status, done.body["code"]) == (200, "Success")
    user = (await call(iterable, "GET", "users/getByEmail", params={"email": "ada@example.test"})).body["user"]
    assert user["dataFields"]["unsubscribedMessageTypeIds"] == [101], "104 is subscribed again"
    assert user["dataFields"]["unsubscribedChannelIds"] == [2]
    assert [entry["effect"] for entry in await iterable.control.ledger()] == ["withdraw", "grant"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"unsubscribedChannelIds": "1"}, "BadParams"), ({"email": "x@example.test"}, "UnknownEmailError")],
)
async def test_a_change_that_cant_be_made_is_refused(iterable: Bench, body: dict[str, Any], code: str) -> None:
    refused = await update(iterable, **body)
    assert (refused.status, refused.body["code"]) == (400, code)


async def test_a_type_opted_into_in_a_channel_left_is_refused_unless_it_is_not_to_be_looked_at(
    iterable: Bench,
) -> None:
    await update(iterable, subscribedMessageTypeIds=[104])
    refused = await update(iterable, unsubscribedChannelIds=[1])
    assert (refused.status, refused.body["code"]) == (400, "BadParams")
    done = await update(iterable, unsubscribedChannelIds=[1], validateChannelAlignment=False)
    assert (done.status, done.body["code"]) == (200, "Success")
    assert (await update(iterable, subscribedMessageTypeIds=[102])).status == 200, "it is sent by push"


async def test_who_is_forgotten_is_listed_by_hash_and_refused(iterable: Bench) -> None:
    vendor: Any = iterable.sandbox.engines["iterable"].vendor
    vendor.forget_s = 60.0
    taken = await call(iterable, "POST", "users/forget", json={"email": ADA.email})
    assert (taken.status, taken.body["code"]) == (200, "Success")
    assert (await call(iterable, "GET", "users/forgotten")).body == {"hashedEmails": []}
    iterable.clock.advance(60)
    assert (await call(iterable, "GET", "users/forgotten")).body == {"hashedEmails": [HASH]}
    assert (await call(iterable, "GET", "users/getByEmail", params={"email": ADA.email})).body == {}
    assert (await update(iterable)).body["code"] == "ForgottenUserError"
    await iterable.control.seed([ADA])
    assert (await iterable.control.person(ADA.key))["iterable"] == {"known": False, "forgotten": True}


async def test_forgetting_is_slow(iterable: Bench) -> None:
    answers = [await call(iterable, "POST", "users/forget", json={"email": f"{n}@x.test"}) for n in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].body["code"] == "RateLimitExceeded"


async def test_a_wrong_key_is_told_as_such(iterable: Bench) -> None:
    refused = await call(iterable, "GET", "channels", key="other")
    assert (refused.status, refused.body["code"]) == (401, "BadApiKey")
