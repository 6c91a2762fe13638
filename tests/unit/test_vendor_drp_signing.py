"""Data Rights Protocol: how a request is signed, and the token that it needs."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from engine_support import CONNECTION, HandClock, Lane, Wire, connector
from vendor_support import EMAIL, instruction, reply, vendor

from processors.engine.kinds import KINDS
from processors.vendors.base import VENDORS, Reply
from schemas.errors import SetupError, VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from processors.engine.transport import Request

SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
SIGNING_KEY = base64.b64encode(SEED).decode()
NOW = 1_772_442_000.0
TOKEN = "drp-token"
OWN = vendor("drp", **VENDORS["drp"].example)


def opened(body: bytes | None) -> dict[str, Any]:
    """What a signed body says. Raises InvalidSignature: it is by another key."""
    message = base64.b64decode(body or b"", validate=True)
    KEY.public_key().verify(message[:64], message[64:])
    said: dict[str, Any] = json.loads(message[64:])
    return said


def answer(request: Request) -> Reply:
    if request.url.endswith("/v1/agent/ACME_RELAY"):
        return reply({"agent-id": "ACME_RELAY", "token": TOKEN})
    return reply({"request_id": "r1", "status": "in_progress"})


async def sent(**secrets: str) -> list[Request]:
    """The requests of one deletion and of one question about it."""
    clock, wire = HandClock(wall=NOW), Wire(answer)
    auth = KINDS["data_rights"].build(OWN, {"signing_key": SIGNING_KEY, **secrets}, wire, clock)
    ready = connector(wire, vendor=OWN, auth=auth, clock=clock, connection=replace_limits())
    await Lane().carry_out(ready, [instruction("delete")])
    await ready.ask("job", [instruction("delete", refs=("r1",))], permit=Lane().permit)
    return wire.requests


def replace_limits() -> Any:
    return CONNECTION.model_copy(update={"limits": ()})


async def test_each_body_is_signed_with_who_asks_whom_and_until_when() -> None:
    token, request, question = await sent()
    for one in (token, request):
        assert one.headers["content-type"] == "text/plain"
        said = opened(one.body)
        assert (said["agent-id"], said["business-id"]) == ("ACME_RELAY", "EXAMPLE_BUSINESS")
        assert said["drp.version"] == "1.0"
        begins, ends = (datetime.fromisoformat(said[key]).timestamp() for key in ("issued-at", "expires-at"))
        assert begins < NOW < ends
        assert ends - begins <= 600
    assert (token.method, token.url) == ("POST", "https://drp.business.example/v1/agent/ACME_RELAY")
    assert "email" not in opened(token.body)
    assert opened(request.body)["email"] == EMAIL
    assert request.headers["authorization"] == question.headers["authorization"] == f"Bearer {TOKEN}"
    assert (question.method, question.body) == ("GET", None)


async def test_a_seed_a_pair_and_hexadecimal_are_the_same_key() -> None:
    pair = SEED + KEY.public_key().public_bytes_raw()
    for text in (SEED.hex(), base64.b64encode(pair).decode(), pair.hex().upper()):
        assert [opened(one.body)["drp.version"] for one in (await sent(signing_key=text))[:2]] == ["1.0", "1.0"]
    (_, other, _) = await sent(signing_key="00" * 32)
    with pytest.raises(InvalidSignature):
        opened(other.body)


@pytest.mark.parametrize("text", ["", "abc", base64.b64encode(b"x" * 31).decode(), "-----BEGIN PRIVATE KEY-----"])
async def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SetupError) as refused:
        await sent(signing_key=text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Reply(403), VendorAuthRejected),
        (reply({"code": "400"}, 400), VendorAuthRejected),
        (Reply(503), VendorUnavailable),
        (reply({"token": "a b"}), VendorUnavailable),
        (reply([]), VendorUnavailable),
    ],
)
async def test_without_a_token_nobody_is_asked(given: Reply, kind: type[Exception]) -> None:
    wire = Wire(lambda _: given)
    auth = KINDS["data_rights"].build(OWN, {"signing_key": SIGNING_KEY}, wire, HandClock(wall=NOW))
    with pytest.raises(kind):
        await auth.headers()
