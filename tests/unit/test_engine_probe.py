from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from engine_support import CONNECTION, HandClock, Toy, Wire, connector

from processors.engine.auth import Token, TokenAuth
from processors.engine.fixed import Fixed
from processors.engine.probe import probe
from processors.vendors.base import Call, Options, Reply
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable
from streams.commands.probe_remedies import remedy_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.engine.transport import Request


class Asked(Toy):
    def probe(self) -> Call:
        return Call("GET", "/count", expect=frozenset({200, 204}))


class Broken(Toy):
    def probe(self) -> Call:
        raise KeyError


def token(error: VendorError | None = None) -> TokenAuth:
    async def fetch() -> Token:
        if error:
            raise error
        return Token("t", 3600)

    return TokenAuth("Bearer", fetch, HandClock())


async def probed(answer: Callable[[Request], Reply], vendor: type[Toy] = Asked, auth: Any = None) -> Any:
    ready = connector(Wire(answer), vendor=vendor(Options()), auth=auth or token())
    return ready, await probe(ready, HandClock())


@pytest.mark.parametrize("reply", [Reply(200, {}, b'{"count": 3}'), Reply(204)])
async def test_an_answer_is_all_that_is_wanted(reply: Reply) -> None:
    _, came = await probed(lambda _: reply)
    assert (came.asked, came.error, came.status) == ("call", None, reply.status)


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (Reply(401), VendorAuthRejected, "check the secrets"),
        (Reply(402), VendorAuthRejected, "until the account there is paid for"),
        (Reply(403), VendorAuthRejected, "give them the scope"),
        (Reply(404, {}, b"{}"), VendorRefused, "check base_url, region and options"),
        (Reply(429), VendorUnavailable, "too many calls"),
        (Reply(500), VendorUnavailable, "it is ill"),
        (Reply(200, {}, b"<html>log in"), VendorUnavailable, "something else answers"),
        (Reply(302), VendorUnavailable, "sends us elsewhere"),
    ],
)
async def test_each_other_answer_says_what_to_do(reply: Reply, kind: type[VendorError], says: str) -> None:
    ready, came = await probed(lambda _: reply)
    assert isinstance(came.error, kind)
    assert says in remedy_of(came.error, ready)


async def test_a_vendor_that_says_what_is_wrong_with_a_secret_is_heard() -> None:
    ready, _ = await probed(lambda _: Reply(400))
    said = remedy_of(VendorAuthRejected("app_wants_secret_proof", status=400), ready)
    assert "app_secret among its secrets" in said


async def test_no_answer_names_the_time_that_was_waited() -> None:
    def hang(_: Request) -> Reply:
        raise VendorUnavailable("timeout")

    ready, came = await probed(hang)
    assert f"within {CONNECTION.timeout_s:g} s" in remedy_of(came.error, ready)


async def test_without_a_call_a_token_is_asked_for_and_a_key_proves_nothing() -> None:
    def never(_: Request) -> Reply:
        raise AssertionError

    _, with_token = await probed(never, Toy)
    _, refused = await probed(never, Toy, token(VendorAuthRejected("token_invalid_client", status=401)))
    _, fixed = await probed(never, Toy, Fixed({"authorization": "k"}))
    assert [(one.asked, one.error is None) for one in (with_token, refused, fixed)] == [
        ("token", True),
        ("token", False),
        ("nothing", True),
    ]


async def test_an_adapter_that_fails_is_said_to() -> None:
    _, came = await probed(lambda _: Reply(200), Broken)
    assert (type(came.error), came.error.reason) == (VendorRefused, "adapter_error")
