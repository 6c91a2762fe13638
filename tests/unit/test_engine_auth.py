from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from engine_support import HandClock, Wire
from vendor_support import vendor

from processors.engine.auth import TokenAuth
from processors.engine.kinds import KINDS
from processors.vendors.base import VENDORS, Reply
from schemas.errors import SetupError, VendorAuthRejected, VendorError, VendorUnavailable, VendorUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.engine.transport import Request

SECRETS = {"client_id": "id", "client_secret": "s&cret", "refresh_token": "1000.r"}
CRM = vendor("zoho_crm", accounts_url="https://accounts.example/")
GA = vendor("google_analytics", property_ids=["1"])
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
ACCOUNT = {
    "client_email": "relay@p.iam.gserviceaccount.com",
    "private_key_id": "kid-1",
    "private_key": PEM,
    "token_uri": "https://oauth2.example/token",
}


def token(life: float = 3600) -> Callable[[Request], Reply]:
    numbers = iter(range(1000))
    return lambda _: Reply(200, {}, json.dumps({"access_token": f"t{next(numbers)}", "expires_in": life}).encode())


def zoho(answer: Callable[[Request], Reply], clock: HandClock | None = None) -> tuple[TokenAuth, Wire]:
    wire = Wire(answer)
    auth = KINDS["zoho_oauth"].build(CRM, SECRETS, wire, clock or HandClock())
    assert isinstance(auth, TokenAuth)
    return auth, wire


async def test_zoho_is_asked_in_the_body_and_the_header_has_zohos_own_scheme() -> None:
    auth, wire = zoho(token())
    assert await auth.headers() == {"authorization": "Zoho-oauthtoken t0"}
    (request,) = wire.requests
    assert (request.method, request.url) == ("POST", "https://accounts.example/oauth/v2/token")
    assert dict(parse_qsl((request.body or b"").decode())) == {"grant_type": "refresh_token", **SECRETS}


async def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    clock = HandClock()
    auth, wire = zoho(token(), clock)
    await auth.headers()
    clock.now = 3539
    await auth.headers()
    assert len(wire.requests) == 1
    clock.now = 3541
    assert await auth.headers() == {"authorization": "Zoho-oauthtoken t1"}


@pytest.mark.parametrize("life", ["soon", None, [], {}, -5, 0, float("nan"), "1e999", float("inf"), 10**400])
async def test_a_life_that_makes_no_sense_is_an_hour_and_never_more_than_a_day(life: object) -> None:
    clock, answer = HandClock(), {"access_token": "t", "expires_in": life}
    auth, wire = zoho(lambda _: Reply(200, {}, json.dumps(answer).encode()), clock)
    for moment in (0.0, 3000.0, 90_000.0):
        clock.now = moment
        await auth.headers()
    assert len(wire.requests) == 2


async def test_a_token_that_lives_shortly_is_used_at_all() -> None:
    clock = HandClock()
    auth, wire = zoho(token(20), clock)
    await auth.headers()
    clock.now = 9
    await auth.headers()
    assert len(wire.requests) == 1


async def test_however_many_wait_one_of_them_fetches() -> None:
    auth, wire = zoho(token())
    headers = await asyncio.gather(*(auth.headers() for _ in range(50)))
    assert len(wire.requests) == 1
    assert len({tuple(h.items()) for h in headers}) == 1
    renewed = await asyncio.gather(*(auth.renew(headers[0]) for _ in range(50)))
    assert len(wire.requests) == 2
    assert {h["authorization"] for h in renewed} == {"Zoho-oauthtoken t1"}
    assert await auth.renew(headers[0]) is renewed[0], "one who comes late takes the token that is there"


async def test_one_who_gives_up_does_not_take_the_token_from_the_others() -> None:
    auth, wire = zoho(token())
    first, second = (asyncio.create_task(auth.headers()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == {"authorization": "Zoho-oauthtoken t0"}
    assert len(wire.requests) == 1


THROTTLED = b'{"error":"Access Denied","error_description":"You have made too many requests"}'


@pytest.mark.parametrize(
    ("reply", "kind", "reason", "wait"),
    [
        (Reply(200, {}, b'{"error":"invalid_code"}'), VendorAuthRejected, "token_invalid_code", None),
        (Reply(200, {}, b'{"error":"ann@x.test \\" is odd"}'), VendorAuthRejected, "token_unknown_code", None),
        (Reply(400, {}, THROTTLED), VendorUnavailable, "token_throttled", 600.0),
        (Reply(401, {}, b""), VendorAuthRejected, "http_401", None),
        (Reply(500, {}, b'{"error":"x"}'), VendorUnavailable, "http_500", None),
        (Reply(429, {"retry-after": "30"}), VendorUnavailable, "http_429", 30.0),
        (Reply(200, {}, b"<html>"), VendorUnavailable, "answer_is_no_json", None),
        (Reply(200, {}, b"[]"), VendorUnavailable, "token_answer_without_token", None),
        (Reply(200, {}, b"[" * 200_000), VendorUnavailable, "token_answer_without_token", None),
        (Reply(200, {}, b'{"access_token":"a\\r\\nx: y"}'), VendorUnavailable, "token_answer_without_token", None),
        (Reply(200, {}, b'{"access_token":"\\ud800"}'), VendorUnavailable, "token_answer_without_token", None),
        (Reply(200, {}, b'{"access_token":{}}'), VendorUnavailable, "token_answer_without_token", None),
        (Reply(404, {}, b""), VendorAuthRejected, "token_http_404", None),
        (Reply(404, {}, b"<html>"), VendorUnavailable, "answer_is_no_json", None),
        (Reply(302, {"location": "file:///etc/passwd"}), VendorUnreachable, "token_redirected", None),
    ],
)
async def test_what_the_issuer_answers_instead_of_a_token(
    reply: Reply, kind: type[VendorError], reason: str, wait: float | None
) -> None:
    auth, _ = zoho(lambda _: reply)
    with pytest.raises(kind) as caught:
        await auth.headers()
    assert (caught.value.reason, getattr(caught.value, "retry_after", None)) == (reason, wait)


async def test_a_failure_holds_for_a_while_because_issuers_count() -> None:
    clock, answers = HandClock(), [Reply(400, {}, THROTTLED), Reply(200, {}, b'{"access_token":"t"}')]
    auth, wire = zoho(lambda _: answers[len(wire.requests) - 1], clock)
    for moment in (0.0, 1.0, 599.0):
        clock.now = moment
        with pytest.raises(VendorUnavailable):
            await auth.headers()
    assert len(wire.requests) == 1
    clock.now = 601.0
    assert await auth.headers() == {"authorization": "Zoho-oauthtoken t"}


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_google_is_asked_with_a_jwt_that_its_key_has_signed() -> None:
    wire, clock = Wire(token()), HandClock(wall=1_772_443_800.0)
    auth = KINDS["google_service_account"].build(GA, {"service_account": json.dumps(ACCOUNT)}, wire, clock)
    assert await auth.headers() == {"authorization": "Bearer t0"}
    (request,) = wire.requests
    form = dict(parse_qsl((request.body or b"").decode()))
    assert request.url == "https://oauth2.example/token"
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    header, claims, signature = form["assertion"].split(".")
    KEY.public_key().verify(decoded(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(header)) == {"alg": "RS256", "typ": "JWT", "kid": "kid-1"}
    assert json.loads(decoded(claims)) == {
        "iss": ACCOUNT["client_email"],
        "scope": "https://www.googleapis.com/auth/analytics.user.deletion",
        "aud": "https://oauth2.example/token",
        "iat": 1_772_443_800,
        "exp": 1_772_447_400,
    }


async def test_google_is_told_for_whom_the_service_account_acts() -> None:
    wire, clock = Wire(token()), HandClock(wall=1_772_443_800.0)
    kind = VENDORS["google_workspace"]
    workspace = kind(kind.options_type.model_validate(kind.example))
    auth = KINDS["google_service_account"].build(workspace, {"service_account": json.dumps(ACCOUNT)}, wire, clock)
    await auth.headers()
    form = dict(parse_qsl((wire.requests[0].body or b"").decode()))
    assert json.loads(decoded(form["assertion"].split(".")[1]))["sub"] == "admin@example.test"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        json.dumps({**ACCOUNT, "private_key": "-----BEGIN X"}),
        json.dumps({**ACCOUNT, "private_key": 7}),
    ],
)
def test_what_is_no_key_file_is_said_so_without_repeating_it(text: str) -> None:
    with pytest.raises(SetupError, match="is no key file") as caught:
        KINDS["google_service_account"].build(GA, {"service_account": text}, Wire(token()), HandClock())
    assert "BEGIN" not in str(caught.value)
