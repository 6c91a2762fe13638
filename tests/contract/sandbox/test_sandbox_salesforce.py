from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.sandbox import Person
from infra.sandbox.assertions import GRANT_TYPE
from processors.engine.jwt import rsa_key, signed

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="s-1", email="Ada.O'Neil@example.test", crm=("Contacts", "Leads"))
BOB = Person(key="s-2", email="bob@example.test")
DATA = "/services/data/v62.0"
DAY_S = 86_400.0


async def token(bench: Bench, **changed: Any) -> Reply:
    secrets = bench.sandbox.settings.secrets
    key = rsa_key(secrets["salesforce_private_key"])
    assert key
    claims: dict[str, Any] = {"iss": secrets["salesforce_client_id"], "sub": secrets["salesforce_username"]}
    claims |= {"aud": "https://login.salesforce.com", "exp": int(bench.clock()) + 180}
    form = {"grant_type": GRANT_TYPE, "assertion": signed(key, claims | changed)}
    return await bench.call("POST", "salesforce", "/services/oauth2/token", data=form)


async def log_in(bench: Bench) -> None:
    bench.authorization = f"Bearer {(await token(bench)).body['access_token']}"


@pytest.fixture
async def salesforce(bench: Bench) -> Bench:
    await bench.control.seed([ADA, BOB])
    await log_in(bench)
    return bench


async def query(bench: Bench, where: str, kind: str = "Contact", api: str = "query") -> Reply:
    text = f"SELECT Id, Email, IsDeleted, MasterRecordId FROM {kind} WHERE {where}"  # noqa: S608 - that is tested
    return await bench.call("GET", "salesforce", f"{DATA}/{api}/", params={"q": text})


async def contact(bench: Bench) -> str:
    rows = (await query(bench, "Email IN ('bob@example.test')")).body["records"]
    return str(rows[0]["Id"])


async def update(bench: Bench, *records: dict[str, Any]) -> Reply:
    body = {"allOrNone": False, "records": list(records)}
    return await bench.call("PATCH", "salesforce", f"{DATA}/composite/sobjects", json=body)


async def delete(bench: Bench, ids: str) -> Reply:
    return await bench.call("DELETE", "salesforce", f"{DATA}/composite/sobjects", params={"ids": ids})


async def test_a_token_is_for_the_one_user_and_says_where_the_org_is(bench: Bench) -> None:
    body = (await token(bench)).body
    assert (body["token_type"], "expires_in" in body) == ("Bearer", False)
    assert body["instance_url"].endswith("/salesforce")
    for changed in ({"sub": "x@x.test"}, {"aud": "https://evil.test"}, {"exp": int(bench.clock()) - 400}):
        assert (await token(bench, **changed)).body == {"error": "invalid_grant"}
    assert (await query(bench, "Email IN ('x')")).body[0]["errorCode"] == "INVALID_SESSION_ID"


async def test_a_query_finds_whole_addresses_whatever_their_case(salesforce: Bench) -> None:
    for kind, prefix in (("Contact", "003"), ("Lead", "00Q")):
        body = (await query(salesforce, "Email IN ('ADA.O\\'NEIL@example.test')", kind)).body
        assert (body["totalSize"], body["done"], body["records"][0]["Id"][:3]) == (1, True, prefix)
    assert (await query(salesforce, "Email IN ('neil@example.test')")).body["records"] == []


@pytest.mark.parametrize("where", ["Email IN ('o'neil@x.test')", "Email IN ('x\\q')", "Email IN ()", "Name LIKE '%'"])
async def test_what_is_no_query_is_refused(salesforce: Bench, where: str) -> None:
    reply = await query(salesforce, where)
    assert (reply.status, reply.body[0]["errorCode"]) == (400, "MALFORMED_QUERY")


async def test_each_record_of_a_change_has_its_own_result_in_order(salesforce: Bench) -> None:
    number = await contact(salesforce)
    good = {"attributes": {"type": "Contact"}, "id": number, "HasOptedOutOfEmail": True}
    reply = await update(salesforce, {**good, "id": "003unknown"}, good, {**good, "attributes": {"type": "Lead"}})
    assert reply.status == 200
    assert [one["success"] for one in reply.body] == [False, True, False]
    codes = [one["errors"][0]["statusCode"] for one in reply.body if one["errors"]]
    assert codes == ["INVALID_CROSS_REFERENCE_KEY", "INVALID_TYPE"]
    assert (await salesforce.control.person(BOB.key))["salesforce"]["records"]["Contact"]["HasOptedOutOfEmail"]


async def test_more_than_200_records_or_none_are_refused(salesforce: Bench) -> None:
    good = {"attributes": {"type": "Contact"}, "id": await contact(salesforce), "HasOptedOutOfEmail": True}
    for many in (0, 201):
        assert (await update(salesforce, *[good] * many)).status == 400
        assert (await delete(salesforce, ",".join(["003"] * many))).status == 400
    assert await salesforce.control.ledger() == []


async def test_what_is_deleted_is_in_the_recycle_bin_for_15_days(salesforce: Bench) -> None:
    number = await contact(salesforce)
    assert (await delete(salesforce, number)).body == [{"id": number, "success": True, "errors": []}]
    where = "Email IN ('bob@example.test')"
    assert (await query(salesforce, where)).body["records"] == []
    for days, found, code in ((14.9, 1, "ENTITY_IS_DELETED"), (0.2, 0, "INVALID_CROSS_REFERENCE_KEY")):
        salesforce.clock.advance(days * DAY_S)
        await log_in(salesforce)
        assert (await query(salesforce, where, api="queryAll")).body["totalSize"] == found
        assert (await delete(salesforce, number)).body[0]["errors"][0]["statusCode"] == code


async def test_a_merged_record_names_the_one_into_which_it_was_merged(salesforce: Bench) -> None:
    await salesforce.control.happen("salesforce", "merge", BOB.key, email="bobby@example.test")
    (row,) = (await query(salesforce, "Email IN ('bob@example.test')", api="queryAll")).body["records"]
    assert row["IsDeleted"]
    (master,) = (await query(salesforce, f"Id IN ('{row['MasterRecordId']}')")).body["records"]
    assert master["Email"] == "bobby@example.test"


async def test_a_limit_is_told_as_403(make_bench: Any) -> None:
    bench = await make_bench(limits_scale=0.00001)
    await log_in(bench)
    assert (await query(bench, "Email IN ('x')")).status == 200
    reply = await query(bench, "Email IN ('x')")
    assert (reply.status, reply.body[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
