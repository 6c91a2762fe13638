from __future__ import annotations

from base64 import b64decode
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest
from engine_support import DONE, HandClock, Toy, Wire, withdraw

from processors.engine.fixed import Fixed
from processors.engine.kinds import KINDS
from processors.vendors.base import Options, Reply
from schemas.errors import SetupError, VendorAuthRejected


class Keyed(Toy):
    key_header = ("Authorization", "Klaviyo-API-Key {}")
    token_param = "access_token"
    headers: ClassVar = {"revision": "2026-07-15"}


def built(kind: str, secrets: dict[str, str]) -> Any:
    assert set(KINDS[kind].secrets) == set(secrets) - set(KINDS[kind].optional)
    return KINDS[kind].build(Keyed(Options()), secrets, Wire(lambda _: Reply(500)), HandClock())


async def test_a_token_a_key_and_a_pair_stand_in_the_header_that_the_vendor_reads() -> None:
    assert await built("bearer", {"token": "t-1"}).headers() == {"authorization": "Bearer t-1"}
    assert await built("api_key", {"api_key": "k-1"}).headers() == {"authorization": "Klaviyo-API-Key k-1"}
    word, _, pair = (await built("basic", {"username": "ü", "password": "p:w"}).headers())["authorization"].partition(
        " "
    )
    assert (word, b64decode(pair).decode()) == ("Basic", "ü:p:w")


async def test_a_token_in_the_query_is_in_no_text_about_the_request() -> None:
    auth = built("query_token", {"token": "s&cret"})
    outcome, wire = await withdraw(lambda _: DONE, auth=auth, vendor=Keyed(Options()))
    (request,) = wire.requests
    assert request.url.endswith("&access_token=s%26cret")
    assert "cret" not in f"{request!r} {auth!r} {outcome!r}"


async def test_the_secret_of_an_app_is_proven_and_never_sent_and_stands_in_no_text() -> None:
    auth = built("app_token", {"token": "t0ken", "app_secret": "appS3cret"})
    outcome, wire = await withdraw(lambda _: Reply(400), auth=auth, vendor=Keyed(Options()))
    (request,) = wire.requests
    proof = "6fc318ff431796ad85e017cb570fd80cd08bb0a9c0734f31c6ab6b5593c43f8f"
    query = dict(parse_qsl(urlsplit(request.url).query))
    assert (query["access_token"], query["appsecret_proof"]) == ("t0ken", proof)
    assert "appS3cret" not in f"{request.url}{request.headers}{request.body!r}"
    said = f"{request!r} {auth!r} {outcome!r} {outcome}"
    assert not [word for word in ("t0ken", "appS3cret", proof) if word in said]


async def test_without_an_apps_secret_its_token_goes_alone() -> None:
    _, wire = await withdraw(lambda _: DONE, auth=built("app_token", {"token": "t"}), vendor=Keyed(Options()))
    assert "access_token=t" in wire.requests[0].url
    assert "appsecret_proof" not in wire.requests[0].url


async def test_each_call_has_the_vendors_version_and_the_credentials_cannot_be_overwritten() -> None:
    class Odd(Keyed):
        headers: ClassVar = {"revision": "2026-07-15", "authorization": "else"}

    auth = built("bearer", {"token": "t-1"})
    _, wire = await withdraw(lambda _: DONE, auth=auth, vendor=Odd(Options()))
    (request,) = wire.requests
    assert (request.headers["revision"], request.headers["authorization"]) == ("2026-07-15", "Bearer t-1")


async def test_a_key_that_is_rejected_is_not_tried_again() -> None:
    outcome, wire = await withdraw(lambda _: Reply(401), auth=built("bearer", {"token": "t"}))
    assert isinstance(outcome, VendorAuthRejected)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("kind", "secrets"),
    [
        ("bearer", {"token": "a\nb"}),
        ("api_key", {"api_key": "kéy"}),
        ("basic", {"username": "a:b", "password": "p"}),
    ],
)
def test_what_no_header_carries_is_said_without_repeating_it(kind: str, secrets: dict[str, str]) -> None:
    with pytest.raises(SetupError, match="what to do") as caught:
        built(kind, secrets)
    assert not [secret for secret in secrets.values() if secret in str(caught.value)[:40]]


async def test_without_auth_there_is_nothing_to_renew() -> None:
    auth = built("none", {})
    assert isinstance(auth, Fixed)
    headers = await auth.headers()
    assert headers == {}
    assert await auth.renew(headers) is headers
