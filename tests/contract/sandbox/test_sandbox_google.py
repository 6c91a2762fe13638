from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, MakeBench, Reply

SCOPE = "https://www.googleapis.com/auth/analytics.user.deletion"
UPSERT = "/analytics/v3/userDeletion/userDeletionRequests:upsert"
ADA = Person(key="subject-1", email="ada@example.test", ga_client_id="1111111111.1700000000")


def encode(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def assertion(bench: Bench, *, key_pem: str = "", alg: str = "RS256", **changed: Any) -> str:
    account = json.loads(bench.sandbox.settings.google_service_account)
    now = int(bench.clock())
    claims = {
        "iss": account["client_email"],
        "scope": SCOPE,
        "aud": account["token_uri"],
        "iat": now,
        "exp": now + 3600,
    }
    header = {"alg": alg, "typ": "JWT", "kid": account["private_key_id"]}
    signed = b".".join(encode(json.dumps(part).encode()) for part in (header, claims | changed))
    key = serialization.load_pem_private_key((key_pem or account["private_key"]).encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return (signed + b"." + encode(key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))).decode()


async def token(bench: Bench, jwt: str, grant: str = "urn:ietf:params:oauth:grant-type:jwt-bearer") -> Reply:
    return await bench.call("POST", "google_oauth", "/token", data={"grant_type": grant, "assertion": jwt})


async def log_in(bench: Bench, **changed: Any) -> None:
    reply = await token(bench, assertion(bench, **changed))
    assert reply.status == 200
    bench.authorization = f"Bearer {reply.body['access_token']}"


async def upsert(bench: Bench, user_id: str = "1111111111.1700000000", **changed: Any) -> Reply:
    body = {
        "kind": "analytics#userDeletionRequest",
        "id": {"type": "CLIENT_ID", "userId": user_id},
        "propertyId": bench.sandbox.settings.ga_property_id,
    }
    return await bench.call("POST", "google_analytics", UPSERT, json=body | changed)


async def test_signed_assertion_buys_a_token(bench: Bench) -> None:
    reply = await token(bench, assertion(bench))
    assert reply.status == 200
    assert (reply.body["token_type"], reply.body["expires_in"]) == ("Bearer", 3599)


async def test_googles_own_audience_is_taken_too(bench: Bench) -> None:
    assert (await token(bench, assertion(bench, aud="https://oauth2.googleapis.com/token"))).status == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"iss": "someone@else.test"}, "invalid_grant"),
        ({"aud": "https://example.test/token"}, "invalid_grant"),
        ({"iat": 0, "exp": 3600}, "invalid_grant"),
        ({"exp": 9_999_999_999}, "invalid_grant"),
        ({"exp": None}, "invalid_grant"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"alg": "none"}, "invalid_grant"),
    ],
)
async def test_wrong_claims_are_refused(bench: Bench, changed: dict[str, Any], error: str) -> None:
    reply = await token(bench, assertion(bench, **changed))
    assert (reply.status, reply.body["error"]) == (400, error)


async def test_signature_of_another_key_is_refused(bench: Bench) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = stranger.private_bytes(encoding, pkcs8, serialization.NoEncryption())
    reply = await token(bench, assertion(bench, key_pem=pem.decode()))
    assert reply.body == {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}


@pytest.mark.parametrize("jwt", ["", "a.b", "a.b.c", "W10.W10.W10"])
async def test_nonsense_is_refused(bench: Bench, jwt: str) -> None:
    assert (await token(bench, jwt)).status == 400


async def test_other_grant_types_are_refused(bench: Bench) -> None:
    assert (await token(bench, assertion(bench), "password")).body["error"] == "unsupported_grant_type"


async def test_disabled_key_and_expired_tokens(bench: Bench) -> None:
    await log_in(bench)
    await bench.control.grant("google_oauth", "revoke")
    assert (await upsert(bench)).status == 401
    assert (await token(bench, assertion(bench))).body["error_description"] == "Invalid JWT Signature."
    await bench.control.grant("google_oauth", "restore")
    await log_in(bench)
    assert (await upsert(bench)).status == 200


async def test_deletion_is_accepted_with_its_time(bench: Bench) -> None:
    await bench.control.seed([ADA])
    await log_in(bench)
    reply = await upsert(bench)
    assert reply.status == 200
    assert reply.body["deletionRequestTime"] == "2026-09-21T14:13:20Z"
    assert reply.body["id"] == {"type": "CLIENT_ID", "userId": ADA.ga_client_id}
    state = (await bench.control.person(ADA.key))["google_analytics"]
    assert state == {"known": True, "deletion_requested": "2026-09-21T14:13:20Z", "by_address": None}
    (entry,) = await bench.control.ledger()
    assert (entry["effect"], entry["people"], entry["given"]) == ("delete", ["subject-1"], [ADA.ga_client_id])


async def test_repeat_updates_the_request(bench: Bench) -> None:
    await log_in(bench)
    await upsert(bench)
    bench.clock.advance(60)
    assert (await upsert(bench)).body["deletionRequestTime"] == "2026-09-21T14:14:20Z"
    assert [entry["changed"] for entry in await bench.control.ledger()] == [True, False]


async def test_without_a_token_401_in_googles_shape(bench: Bench) -> None:
    reply = await upsert(bench)
    error = reply.body["error"]
    assert (reply.status, error["code"], error["status"]) == (401, 401, "UNAUTHENTICATED")
    assert error["errors"][0]["reason"] == "authError"


async def test_token_without_the_scope_403(bench: Bench) -> None:
    await log_in(bench, scope="https://www.googleapis.com/auth/analytics.readonly")
    reply = await upsert(bench)
    assert (reply.status, reply.body["error"]["errors"][0]["reason"]) == (403, "insufficientPermissions")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"propertyId": "1"}, 403),
        ({"id": {"type": "EMAIL", "userId": "x"}}, 400),
        ({"id": {"type": "CLIENT_ID"}}, 400),
        ({"id": "x"}, 400),
    ],
)
async def test_refused_requests_delete_nobody(bench: Bench, changed: dict[str, Any], status: int) -> None:
    await log_in(bench)
    assert (await upsert(bench, **changed)).status == status
    assert await bench.control.ledger() == []


EDIT = "https://www.googleapis.com/auth/analytics.edit"


async def submit(bench: Bench, body: Any, property_id: str | None = None) -> Reply:
    path = f"/v1alpha/properties/{property_id or bench.sandbox.settings.ga_property_id}:submitUserDeletion"
    return await bench.call("POST", "google_analytics", path, json=body)


async def test_the_admin_api_takes_one_user_in_plain_text(bench: Bench) -> None:
    await bench.control.seed([ADA])
    await log_in(bench, scope=EDIT)
    assert (await submit(bench, {"userProvidedData": ADA.email})).body == {
        "deletionRequestTime": "2026-09-21T14:13:20Z"
    }
    state = (await bench.control.person(ADA.key))["google_analytics"]
    assert (state["by_address"], state["deletion_requested"]) == ("2026-09-21T14:13:20Z", None)


@pytest.mark.parametrize(
    ("body", "property_id", "status"),
    [
        ({}, None, 400),
        ({"userId": "u", "clientId": "1.2"}, None, 400),
        ({"email": "ada@example.test"}, None, 400),
        ({"userProvidedData": "Ada@example.test"}, None, 400),
        ({"userId": "u"}, "1", 403),
    ],
)
async def test_what_the_admin_api_refuses_deletes_nobody(
    bench: Bench, body: dict[str, str], property_id: str | None, status: int
) -> None:
    await log_in(bench, scope=EDIT)
    assert (await submit(bench, body, property_id)).status == status
    assert await bench.control.ledger() == []


async def test_the_admin_api_wants_a_scope_of_its_own(bench: Bench) -> None:
    await log_in(bench)
    assert (await submit(bench, {"userId": "u"})).status == 403


async def test_three_in_two_seconds_and_no_more(bench: Bench) -> None:
    await log_in(bench)
    assert [(await upsert(bench)).status for _ in range(4)] == [200, 200, 200, 403]
    refused = await upsert(bench)
    assert refused.body["error"]["errors"][0]["reason"] == "rateLimitExceeded"
    bench.clock.advance(2)
    assert (await upsert(bench)).status == 200


async def test_quota_of_a_day(make_bench: MakeBench) -> None:
    bench = await make_bench(limits_scale=0.01, access_token_life_s=100_000)
    await log_in(bench)
    statuses = []
    for _ in range(6):
        statuses.append((await upsert(bench)).status)
        bench.clock.advance(2)
    assert statuses == [200] * 5 + [429]
    bench.clock.advance(86_400)
    assert (await upsert(bench)).status == 200
