"""One call of a script: the request that is made of it, and what its answer means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl

import pytest
from engine_support import CONNECTION, DONE, HandClock, Lane, Toy, Wire, connector, withdraw
from vendor_support import EMAIL, instruction

from processors.engine.auth import Token, TokenAuth
from processors.vendors.base import Call, Options, Reply, Result
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.engine.transport import Request
    from processors.vendors.base import Instruction, Script


async def test_a_call_becomes_one_request_with_everything_encoded() -> None:
    outcome, wire = await withdraw(lambda _: DONE)
    (request,) = wire.requests
    assert outcome == Result("executed", evidence=DONE.evidence())
    assert (request.method, request.url) == ("POST", "https://toy.example/withdraw?who=ann%2Bnews%40example.test")
    assert json.loads(request.body or b"") == {"email": EMAIL}
    assert request.headers["content-type"] == "application/json"
    assert request.timeout_s == CONNECTION.timeout_s


async def test_signs_that_mean_something_in_a_url_stay_part_of_the_value() -> None:
    wire = Wire(lambda _: DONE)
    odd = "a\"b(c)d&e=f#g?h%i/ü 'x'+1@example.test"
    await Lane().carry_out(connector(wire), [instruction("withdraw", emails=(odd,))])
    from yarl import URL  # noqa: PLC0415 - what a server makes of it

    assert URL(wire.requests[0].url, encoded=True).query == {"who": odd}


async def test_the_base_url_of_the_connection_comes_first() -> None:
    _, wire = await withdraw(lambda _: DONE, connection=CONNECTION.model_copy(update={"base_url": "http://h:1/toy/"}))
    assert wire.requests[0].url.startswith("http://h:1/toy/withdraw?")


class Elsewhere(Toy):
    """Withdrawals have a host of their own, and send a field twice."""

    hosts: ClassVar = {"consents": "https://consents.toy.example/"}
    apis = ("", "consents")

    def withdraw(self, instruction: Instruction) -> Script:
        items = ["a&b", instruction.need("email")[0]]
        reply = yield Call("POST", "/withdraw", form={"Item": items, "x": "1"}, api="consents")
        return Result(reply.json()["outcome"], evidence=reply.evidence())


@pytest.mark.parametrize(
    ("base_url", "url"), [(None, "https://consents.toy.example/withdraw"), ("http://h:1", "http://h:1/withdraw")]
)
async def test_an_api_may_be_elsewhere_unless_the_connection_says_where(base_url: str | None, url: str) -> None:
    connection = CONNECTION.model_copy(update={"base_url": base_url})
    _, wire = await withdraw(lambda _: DONE, connection=connection, vendor=Elsewhere(Options()))
    assert wire.requests[0].url == url
    assert parse_qsl((wire.requests[0].body or b"").decode()) == [("Item", "a&b"), ("Item", EMAIL), ("x", "1")]


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (Reply(202), VendorRefused, "http_202"),
        (Reply(404), VendorRefused, "http_404"),
        (Reply(429, {"retry-after": "9"}), VendorUnavailable, "http_429"),
        (Reply(500), VendorUnavailable, "http_500"),
        (Reply(401), VendorAuthRejected, "http_401"),
        (Reply(200, {}, b"<html>"), VendorUnavailable, "answer_is_no_json"),
        (Reply(200, {}, b"{}"), VendorUnavailable, "answer_not_understood"),
        (Reply(200, {}, b"[]"), VendorUnavailable, "answer_not_understood"),
    ],
)
async def test_an_answer_that_is_no_success_is_an_error_as_outcome(
    reply: Reply, kind: type[VendorError], reason: str
) -> None:
    outcome, _ = await withdraw(lambda _: reply)
    assert (type(outcome), outcome.reason) == (kind, reason)


async def test_a_transport_that_gets_no_answer_is_an_outcome_too() -> None:
    def timeout(_: Request) -> Reply:
        raise VendorUnavailable("timeout")

    outcome, _ = await withdraw(timeout)
    assert (type(outcome), outcome.reason, outcome.retriable) == (VendorUnavailable, "timeout", True)


async def test_an_error_is_handed_on_without_what_it_came_from() -> None:
    def broken_off(request: Request) -> Reply:
        raise VendorUnavailable("timeout") from OSError(request.url)

    outcome, _ = await withdraw(broken_off)
    assert (outcome.__cause__, outcome.__context__, outcome.__traceback__) == (None, None, None)


def tokens() -> tuple[TokenAuth, list[int]]:
    given: list[int] = []

    async def fetch() -> Token:
        given.append(len(given))
        return Token(f"t{given[-1]}", 3600)

    return TokenAuth("Bearer", fetch, HandClock()), given


async def test_a_401_is_tried_once_more_with_a_new_token() -> None:
    auth, given = tokens()
    outcome, wire = await withdraw(
        lambda request: DONE if request.headers["authorization"] == "Bearer t1" else Reply(401), auth=auth
    )
    assert (outcome.outcome, len(wire.requests), len(given)) == ("executed", 2, 2)


@pytest.mark.parametrize(("status", "requests", "fetched"), [(401, 2, 2), (402, 1, 1), (403, 1, 1)])
async def test_then_it_is_the_credentials_and_a_403_always_is(status: int, requests: int, fetched: int) -> None:
    auth, given = tokens()
    outcome, wire = await withdraw(lambda _: Reply(status), auth=auth)
    assert (type(outcome), len(wire.requests), len(given)) == (VendorAuthRejected, requests, fetched)
