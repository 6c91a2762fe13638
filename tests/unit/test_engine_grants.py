from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from engine_support import HandClock, Toy, Wire

from processors.engine.kinds import KINDS
from processors.vendors.base import Options, Reply
from schemas.errors import SetupError, VendorAuthRejected, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
TOKEN = b'{"access_token": "t", "expires_in": 1800}'
SECRETS = {
    "oauth_refresh": {"client_id": "id", "client_secret": "s&cret", "refresh_token": "r"},
    "client_credentials": {"client_id": "id", "client_secret": "s&cret"},
    "jwt_bearer": {"client_id": "id", "username": "relay@corp.test", "private_key": PEM},
}


class Issued(Toy):
    scope = "contacts"

    @property
    def token_url(self) -> str:
        return "https://issuer.example/oauth/token"


class ByBasic(Issued):
    client_in = "basic"
    headers: ClassVar[Mapping[str, str]] = {"user-agent": "web:relay:v1"}


def built(kind: str, answer: Reply, **changed: str) -> tuple[Any, Wire]:
    secrets = SECRETS[kind] | changed
    assert set(KINDS[kind].secrets) == set(secrets)
    wire = Wire(lambda _: answer)
    return KINDS[kind].build(Issued(Options()), secrets, wire, HandClock(wall=1000.0)), wire


async def form_of(kind: str) -> dict[str, str]:
    auth, wire = built(kind, Reply(200, {}, TOKEN))
    assert await auth.headers() == {"authorization": "Bearer t"}
    (request,) = wire.requests
    assert (request.method, request.url) == ("POST", "https://issuer.example/oauth/token")
    return dict(parse_qsl((request.body or b"").decode()))


async def test_a_refresh_token_is_sent_with_its_client() -> None:
    assert await form_of("oauth_refresh") == {"grant_type": "refresh_token", **SECRETS["oauth_refresh"]}


@pytest.mark.parametrize("kind", ["oauth_refresh", "client_credentials"])
async def test_a_client_may_be_proven_by_basic_and_then_stands_nowhere_else(kind: str) -> None:
    wire = Wire(lambda _: Reply(200, {}, TOKEN))
    await KINDS[kind].build(ByBasic(Options()), SECRETS[kind], wire, HandClock(wall=1000.0)).headers()
    (request,) = wire.requests
    assert request.headers["authorization"] == f"Basic {base64.b64encode(b'id:s%26cret').decode()}"
    assert request.headers["user-agent"] == "web:relay:v1", "some issuers refuse who doesn't name themselves"
    assert not {"client_id", "client_secret"} & set(dict(parse_qsl((request.body or b"").decode())))


async def test_a_client_asks_for_itself_with_the_scope() -> None:
    sent = {"grant_type": "client_credentials", "scope": "contacts", **SECRETS["client_credentials"]}
    assert await form_of("client_credentials") == sent


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_an_assertion_is_signed_for_a_short_while_and_the_key_stays_here() -> None:
    form = await form_of("jwt_bearer")
    assert set(form) == {"grant_type", "assertion"}
    header, claims, signature = form["assertion"].split(".")
    KEY.public_key().verify(decoded(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(header)) == {"alg": "RS256"}
    said = {"iss": "id", "sub": "relay@corp.test", "aud": "https://issuer.example", "exp": 1180}
    assert json.loads(decoded(claims)) == said


OF_UNKNOWN_KIND = "-----BEGIN PRIVATE KEY-----\nMBECAQAwBwYDKgMEBQAEA2FiYw==\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize("text", ["-----BEGIN half", OF_UNKNOWN_KIND])
def test_what_is_no_key_is_said_so_without_repeating_it(text: str) -> None:
    with pytest.raises(SetupError, match="private_key: is no RSA key") as caught:
        built("jwt_bearer", Reply(200, {}, TOKEN), private_key=text)
    assert text[12:] not in str(caught.value)


@pytest.mark.parametrize("kind", sorted(SECRETS))
@pytest.mark.parametrize(
    ("reply", "error", "reason"),
    [
        (Reply(400, {}, b'{"error": "invalid_grant"}'), VendorAuthRejected, "token_invalid_grant"),
        (Reply(401, {}, b'{"error": "invalid_client"}'), VendorAuthRejected, "token_invalid_client"),
        (Reply(400, {}, b'{"status": "BAD_REFRESH_TOKEN"}'), VendorAuthRejected, "token_http_400"),
        (Reply(400, {}, b'{"error": "temporarily_unavailable"}'), VendorUnavailable, "token_temporarily_unavailable"),
        (Reply(503, {}, b""), VendorUnavailable, "http_503"),
    ],
)
async def test_an_issuer_that_refuses_is_told_from_one_that_is_ill(
    kind: str, reply: Reply, error: type[VendorError], reason: str
) -> None:
    auth, _ = built(kind, reply)
    with pytest.raises(error) as caught:
        await auth.headers()
    assert (type(caught.value), caught.value.reason) == (error, reason)
