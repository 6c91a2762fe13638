"""Hosts and platforms of the sandbox: what each does that an adapter must know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person
from infra.sandbox.vendors.netlify import SITE
from infra.sandbox.vendors.wordpress_com import SITE as BLOG

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench

ADA = Person(key="s-1", email="ada@example.test", crm=("Contacts", "Leads"))


class Api:
    """One vendor's API, called with its own secret and these headers."""

    def __init__(self, bench: Bench, vendor: str, **headers: str) -> None:
        self._bench, self._headers = bench, headers
        self._base = bench.sandbox.settings.base_urls[vendor]

    async def __call__(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self._bench.session.request(method, self._base + path, headers=self._headers, **more) as response:
            return response.status, await response.json() if response.content_length else None


def bearer(bench: Bench, vendor: str) -> Api:
    return Api(bench, vendor, Authorization=f"Bearer {bench.sandbox.settings.secrets[f'{vendor}_token']}")


@pytest.fixture
async def seeded(bench: Bench) -> Bench:
    await bench.control.seed([ADA])
    return bench


async def test_netlify_lists_spam_by_itself_and_a_page_behind_the_last_is_empty(seeded: Bench) -> None:
    call = partial(bearer(seeded, "netlify"), "GET", f"/api/v1/sites/{SITE}/submissions")
    pages = [(await call(params=params))[1] for params in ({}, {"state": "spam"}, {"page": "2"})]
    assert [len(page) for page in pages] == [1, 1, 0]
    delete = partial(bearer(seeded, "netlify"), "DELETE", f"/api/v1/submissions/{pages[0][0]['id']}")
    assert [(await delete())[0] for _ in range(2)] == [204, 404]


async def test_wordpress_deletes_a_comment_by_two_calls_and_lists_no_trash_among_all(seeded: Bench) -> None:
    blog, root = bearer(seeded, "wordpress_com"), f"/rest/v1.1/sites/{BLOG}"
    ((comment,),) = [(await blog("GET", f"{root}/comments/", params={"status": "all"}))[1]["comments"]]
    path = f"{root}/comments/{comment['ID']}/delete"
    assert (await blog("POST", path))[1]["status"] == "trash"
    assert (await blog("GET", f"{root}/comments/", params={"status": "all"}))[1]["comments"] == []
    assert (await blog("POST", path))[1]["status"] == "deleted"
    assert (await blog("POST", path))[1]["error"] == "unknown_comment"


async def test_wordpress_says_by_a_text_that_a_user_is_not_there(seeded: Bench) -> None:
    blog, root = bearer(seeded, "wordpress_com"), f"/rest/v1.1/sites/{BLOG}"
    found = (await blog("GET", f"{root}/users", params={"search": ADA.email}))[1]["users"]
    path = f"{root}/users/{found[0]['ID']}/delete"
    assert await blog("POST", path, json={"reassign": 1}) == (200, {"success": True})
    gone = {"error": "invalid_input", "message": "A user does not exist with that ID."}
    assert await blog("POST", path, json={"reassign": 1}) == (400, gone)


async def test_wix_keeps_a_deleted_contact_in_the_bin_and_wants_an_activity_with_a_revocation(
    seeded: Bench,
) -> None:
    secret = seeded.sandbox.settings.secrets["wix_api_key"]
    wix = Api(seeded, "wix", **{"authorization": secret, "wix-site-id": "4f8a1c2e-0000-4000-8000-000000000002"})
    query = {"query": {"filter": {"info.emails.email": {"$in": [ADA.email]}}}}
    _, found = await wix("POST", "/contacts/v4/contacts/query", json=query)
    contacts = "/contacts/v5/contacts"
    first = found["contacts"][0]["id"]
    assert (await wix("DELETE", f"{contacts}/trash-bin/{first}"))[0] == 404, "not in the bin yet"
    assert [(await wix("DELETE", f"{contacts}/{first}"))[0] for _ in range(2)] == [200, 404]
    assert True in (await seeded.control.person(ADA.key))["wix"]["trashed"]
    assert (await wix("DELETE", f"{contacts}/trash-bin/{first}"))[0] == 200
    revoked = {"details": {"type": "EMAIL", "email": ADA.email}, "state": "REVOKED"}
    assert (await wix("POST", "/marketing-consent/v1/marketing-consent/upsert", json=revoked))[0] == 400
    assert (await Api(seeded, "wix", authorization=secret)("POST", "/contacts/v4/contacts/query", json=query))[
        0
    ] == 400


async def test_graph_gives_a_token_for_a_secret_and_purges_no_account_of_a_living_user(seeded: Bench) -> None:
    secrets, token_path = seeded.sandbox.settings.secrets, "/oauth/token"
    named = {key: secrets[f"microsoft_365_{key}"] for key in ("client_id", "client_secret")}
    form = {"grant_type": "client_credentials", **named}
    _, given = await Api(seeded, "microsoft_365")("POST", token_path, data=form)
    graph = Api(seeded, "microsoft_365", Authorization=f"Bearer {given['access_token']}")
    _, found = await graph(
        "GET", "/v1.0/users", params={"$filter": f"mail eq '{ADA.email}'", "$select": "id,userType"}
    )
    account = found["value"][0]["id"]
    assert found["value"][0]["userType"] == "Guest"
    assert (await graph("DELETE", f"/v1.0/directory/deletedItems/{account}"))[0] == 404
    assert [(await graph("DELETE", f"/v1.0/users/{account}"))[0] for _ in range(2)] == [204, 404]
    assert (await graph("DELETE", f"/v1.0/directory/deletedItems/{account}"))[0] == 403
