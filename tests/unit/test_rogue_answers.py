"""What a vendor may send over the wire, each with the person's address wherever there is room for it.

Each row: what it sends; the word for the audit; what the breaker makes of it; what becomes of the delivery.
`again`: tried again, in the end parked; `lane`: the lane halts, and no try is spent; `failed`: a dead letter.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import job
from engine_support import CONNECTION, Lane, connector
from rogue_support import answer, heard, rogue, says
from routing_support import NOW
from vendor_support import EMAIL, instruction

from processors.delivering.backoff import Again, Backoff, Fail, Retry, decide
from processors.delivering.breaker import verdict
from processors.engine.exchange import MAX_ANSWER
from processors.engine.transport import Request, http_transport

if TYPE_CHECKING:
    from rogue_support import Talk

ECHO = (f"X-Echo: {EMAIL}", f"Set-Cookie: who={EMAIL}")
WHO = EMAIL.encode()
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LINES = b"X-Echo: %b\r\n" % WHO
SWITCH = b"HTTP/1.1 101 x\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\n%b\r\n" % LINES
DOWN, LANE, FAILED = ("down", "again"), ("unreachable", "lane"), ("alive", "failed")


def page(status: str, body: bytes = b"<html>%b</html>" % WHO, *headers: str) -> Talk:
    return says(answer(f"{status} {EMAIL}", body, *ECHO, *headers))


def elsewhere(status: int, location: str) -> Talk:
    return page(f"{status}", b"", f"Location: {location}")


ROWS: dict[str, tuple[Talk, str, tuple[str, str]]] = {
    # Bodies.
    "a maintenance page as success": (page("200"), "answer_is_no_json", DOWN),
    "a proxy's page": (page("502"), "http_502", DOWN),
    "a page as refusal": (page("404"), "answer_is_no_json", DOWN),
    "plain HTTP at a Go server's TLS port": (
        says(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
        "answer_is_no_json",
        DOWN,
    ),
    "no body": (page("200", b""), "answer_is_no_json", DOWN),
    "another charset": (page("200", b"\xff{", "Content-Type: text/x; charset=klingon"), "answer_is_no_json", DOWN),
    "cut JSON": (page("200", b'{"outcome": "%b' % WHO), "answer_is_no_json", DOWN),
    "nested beyond measure": (page("200", b"[" * 200_000), "answer_is_no_json", DOWN),
    "a number beyond measure": (page("200", b'{"outcome": ' + b"9" * 100_000 + b"}"), "answer_is_no_json", DOWN),
    "another shape": (page("200", b'["%b"]' % WHO), "answer_not_understood", DOWN),
    "no outcome": (page("200", b'{"%b": 1}' % WHO), "answer_not_understood", DOWN),
    # Statuses.
    "unknown statuses": (page("999"), "http_999", DOWN),
    "switching protocols": (says(SWITCH), "answer_is_no_http", DOWN),
    "status nought": (page("000"), "answer_is_no_http", DOWN),
    "a status that is none": (page("abc"), "answer_is_no_http", DOWN),
    "nothing, with a body": (page("204", b"hello"), "answer_is_no_http", DOWN),
    "a refusal by the API": (page("422", b'{"error": "%b"}' % WHO), "http_422", FAILED),
    # Redirects.
    "elsewhere": (elsewhere(301, f"https://elsewhere.test/{EMAIL}"), "redirected", LANE),
    "here, but elsewhere": (elsewhere(302, f"/login?{EMAIL}"), "redirected", LANE),
    "to a file": (elsewhere(307, "file:///etc/passwd"), "redirected", LANE),
    "to nonsense": (elsewhere(308, "http://[::"), "redirected", LANE),
    "nowhere": (page("302"), "redirected", LANE),
    # What is no HTTP.
    "an older protocol": (says(b"<html>%b</html>" % WHO), "answer_is_no_http", DOWN),
    "another protocol": (says(b"SSH-2.0-%b\r\n" % WHO), "answer_is_no_http", DOWN),
    "a length that is none": (says(OK + b"Content-Length: -2\r\n\r\n{}"), "answer_is_no_http", DOWN),
    "two lengths": (says(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), "answer_is_no_http", DOWN),
    "a header of 70 KB": (says(OK + b"X: %b" % (WHO * 3500) + b"\r\n\r\n"), "answer_is_no_http", DOWN),
    "10,000 headers": (says(OK + LINES * 10_000 + b"\r\n"), "answer_is_no_http", DOWN),
    "headers without end": (says(OK, endless=LINES * 1000), "answer_is_no_http", DOWN),
    "a header without end": (says(OK + b"X: ", endless=WHO * 1000), "answer_is_no_http", DOWN),
    "trailers without end": (says(CHUNKED + b"0\r\n", endless=LINES * 1000), "answer_is_no_http", DOWN),
    "a chunk's remark without end": (says(CHUNKED + b"3;", endless=b"x" * 20_000), "timeout", DOWN),
    "interim answers without end": (says(b"", endless=INTERIM, pause_s=0.01), "timeout", DOWN),
    # What breaks off, drips or is too much.
    "cut in the head": (says(OK + LINES), "connection_reset", DOWN),
    "cut in the body": (says(OK + b"Content-Length: 100\r\n\r\n%b" % WHO), "connection_reset", DOWN),
    "cut between chunks": (says(CHUNKED + b"3\r\n{}\n\r\n"), "connection_reset", DOWN),
    "no gzip": (page("200", WHO, "Content-Encoding: gzip"), "connection_reset", DOWN),
    "cut gzip": (page("200", gzip.compress(WHO * 100)[:20], "Content-Encoding: gzip"), "answer_is_no_json", DOWN),
    "an encoding that nobody asked for": (page("200", WHO, "Content-Encoding: x-odd"), "answer_is_no_json", DOWN),
    "a drip": (says(OK + b"\r\n", endless=b" ", pause_s=0.05), "timeout", DOWN),
    "too much": (says(OK + b"\r\n", endless=WHO * 3000), "answer_too_long", DOWN),
    "too much, as is said at once": (
        says(OK + b"Content-Length: %d\r\n\r\n" % (MAX_ANSWER + 1)), "answer_too_long", DOWN
    ),
    "a bomb": (page("200", gzip.compress(bytes(20 * MAX_ANSWER)), "Content-Encoding: gzip"), "answer_too_long", DOWN),
}  # fmt: skip


async def asked(url: str, timeout_s: float = 10.0) -> Any:
    async with http_transport() as transport:
        about = {"base_url": url, "timeout_s": timeout_s, "limits": ()}
        ready = connector(transport, connection=CONNECTION.model_copy(update=about))
        return (await Lane().carry_out(ready, [instruction("withdraw")]))["d1"]


@pytest.mark.parametrize("name", ROWS)
async def test_no_answer_harms_the_lane_or_names_the_person(name: str, caplog: pytest.LogCaptureFixture) -> None:
    talk, reason, (judged, fate) = ROWS[name]
    with caplog.at_level(logging.DEBUG):
        async with rogue(talk) as url:
            came = await asked(url, 0.25 if reason == "timeout" else 10.0)
    assert came.reason == reason
    assert verdict([came]) == judged
    tried = job(0)
    tried.attempt = 1
    decided = decide(came, tried, Backoff(), 0.5, NOW)
    assert type(decided) is {"again": Retry, "lane": Again, "failed": Fail}[fate]
    told = f"{caplog.text} {came!r} {came} {came.__context__!r}"
    assert EMAIL.casefold() not in told.casefold()


@pytest.mark.parametrize("text", [b"NaN", b'"\\ud800"', b"[]", b'"withheld"', b'"executed", "outcome": 7'])
async def test_an_outcome_is_one_of_ours_whatever_the_answer_says(text: bytes) -> None:
    async with rogue(page("200", b'{"outcome": %b}' % text)) as url:
        assert (await asked(url)).reason == "adapter_error"


@pytest.mark.parametrize("late", [False, True], ids=["at once", "later"])
async def test_an_answer_that_nobody_asked_for_is_taken_for_no_other(late: bool) -> None:  # noqa: FBT001
    stray = asyncio.Event()

    async def talk(reader: Any, writer: Any) -> None:
        """Answers each request with its own path; after the first one says one thing more."""
        while True:
            path = (await heard(reader)).split()[1]
            writer.write(answer(body=path) + (b"" if late else answer(body=b"stray")))
            await writer.drain()
            if late and not stray.is_set():
                await stray.wait()
                writer.write(answer(body=b"stray"))

    async with rogue(talk) as url, http_transport() as send:
        for number in range(4):
            assert (await send(Request("GET", f"{url}/{number}"))).body == f"/{number}".encode()
            stray.set()
            await asyncio.sleep(0.05)


async def test_a_redirect_is_followed_nowhere_and_no_cookie_comes_back() -> None:
    asked_for: list[bytes] = []

    async def talk(reader: Any, writer: Any) -> None:
        while True:
            asked_for.append(await heard(reader))
            writer.write(answer("307 x", b"", "Location: /elsewhere", "Set-Cookie: a=b"))

    async with rogue(talk) as url, http_transport() as send:
        for _ in range(2):
            assert (await send(Request("GET", f"{url}/", {"authorization": "Bearer t"}))).status == 307
    assert [request.split()[1] for request in asked_for] == [b"/", b"/"]
    assert not [request for request in asked_for if b"cookie" in request.lower()]
