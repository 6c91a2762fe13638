from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from vendor_support import EMAIL, instruction

from processors.engine.transport import Request, http_transport
from processors.vendors.base import Call, Reply
from schemas.errors import OwnershipLost, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@asynccontextmanager
async def server(handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_request_goes_out_as_it_is_and_the_answer_comes_back_whole() -> None:
    seen = []

    async def handle(request: web.BaseRequest) -> web.Response:
        seen.append((request.method, request.raw_path, request.headers["x-a"], await request.read()))
        return web.Response(status=207, body=b"\x00" * 100_000, headers={"Retry-After": "3"})

    async with server(handle) as url, http_transport() as send:
        reply = await send(Request("PUT", f"{url}/a%2Fb?c=%2B%40&d=1,2", {"x-a": "1"}, b"body"))
    assert seen == [("PUT", "/a%2Fb?c=%2B%40&d=1,2", "1", b"body")]
    assert (reply.status, len(reply.body), reply.headers["retry-after"]) == (207, 100_000, "3")


async def test_a_request_says_what_every_request_must_and_uses_its_connection_again() -> None:
    seen, peers = [], set()

    async def handle(request: web.BaseRequest) -> web.Response:
        seen.append((request.method, dict(request.headers), await request.read()))
        peers.add(request.transport and request.transport.get_extra_info("peername"))
        return web.Response(body=b"x" * 3)

    async with server(handle) as url, http_transport() as send:
        for method in ("POST", "GET", "DELETE", "HEAD"):
            reply = await send(Request(method, f"{url}/", {"Accept": "application/json", "x-a": "é"}))
            assert len(reply.body) == (0 if method == "HEAD" else 3)
    asked = {"host": url.removeprefix("http://"), "accept": "application/json", "x-a": "é"}
    for method, headers, body in seen:
        named = {name.lower(): value for name, value in headers.items()}
        assert (asked.items() <= named.items(), body) == (True, b"")
        assert "gzip" in named["accept-encoding"]
        assert named.get("content-length") == ("0" if method == "POST" else None)
    assert len(peers) == 1


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "{url}/", {"x": "a\r\nHost: elsewhere"}),
        Request("GET", "{url}/", {"x\nHost": "elsewhere"}),
        Request("GET", "{url}/\r\nHost: elsewhere"),
        Request("GET / HTTP/1.1\r\nHost: elsewhere\r\n", "{url}/"),
    ],
)
async def test_nothing_in_a_request_begins_a_line_of_its_own(request_: Request) -> None:
    asked = []

    async def handle(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with server(handle) as url:
        assert await reason(replace(request_, url=request_.url.format(url=url))) == "no_answer"
    assert asked == []


async def test_a_call_that_is_given_up_leaves_no_answer_to_the_next_one() -> None:
    async def handle(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.05 if request.path == "/slow" else 0)
        return web.Response(text=request.path)

    async with server(handle) as url, http_transport() as send:
        slow = asyncio.ensure_future(send(Request("GET", f"{url}/slow")))
        await asyncio.sleep(0.01)
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert slow.cancelled()
        for number in range(3):
            assert (await send(Request("GET", f"{url}/{number}"))).body == f"/{number}".encode()
            await asyncio.sleep(0.03)


async def test_permission_that_is_lost_while_the_connection_is_made_keeps_the_request_back() -> None:
    heard, came = bytearray(), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read())
        writer.close()
        came.set()

    def lost() -> None:
        raise OwnershipLost("no lease")

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as listener, http_transport() as send:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        with pytest.raises(OwnershipLost):
            await send(Request("POST", url, body=b"withdraw", permit=lost))
        await asyncio.wait_for(came.wait(), 10)
    assert heard == b"", "there was a connection, and nothing on it"


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    calls = []

    async def handle(request: web.BaseRequest) -> web.Response:
        calls.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with server(handle) as url, http_transport() as send:
        assert (await send(Request("POST", f"{url}/", body=b"x"))).status == 307
    assert calls == ["/"]


async def reason(request: Request) -> str:
    async with http_transport() as send:
        with pytest.raises(VendorUnavailable) as caught:
            await send(request)
    assert EMAIL not in str(caught.value)
    return caught.value.reason


async def test_a_vendor_that_is_silent_is_given_up_in_time() -> None:
    async def handle(_: web.BaseRequest) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with server(handle) as url:
        assert await reason(Request("GET", f"{url}/?{EMAIL}", timeout_s=0.05)) == "timeout"


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
async def test_a_connection_cut_before_the_answer_is_told_and_nothing_is_sent_again(method: str) -> None:
    calls = []

    async def handle(request: web.BaseRequest) -> web.Response:
        calls.append(request.path)
        if len(calls) > 1 and request.transport:
            request.transport.close()
        return web.Response()

    async with server(handle) as url, http_transport() as send:
        await send(Request(method, f"{url}/first"))
        with pytest.raises(VendorUnavailable, match="connection_reset"):
            await send(Request(method, f"{url}/second"))
    assert calls == ["/first", "/second"]


async def test_nobody_listening_is_unreachable() -> None:
    async def handle(_: web.BaseRequest) -> web.Response:
        return web.Response()

    async with server(handle) as url:
        pass
    assert await reason(Request("GET", f"{url}/?{EMAIL}")) == "unreachable"
    assert await reason(Request("GET", f"http://no-such-host.invalid/?{EMAIL}")) == "unreachable"


async def test_an_answer_without_end_is_cut_off() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 1_000_000)

    async with server(handle) as url:
        assert await reason(Request("GET", url)) == "answer_too_long"


def test_no_repr_names_a_person() -> None:
    things = [
        Request("GET", f"https://vendor.example/{EMAIL}?q={EMAIL}", {"x": EMAIL}, EMAIL.encode()),
        Call("GET", f"/{EMAIL}", params={"q": EMAIL}, json=EMAIL, form={"a": EMAIL}, headers={"a": EMAIL}),
        Reply(200, {"x": EMAIL}, EMAIL.encode()),
        instruction("delete", more=(("ga_client_id", "123.456"),)),
        VendorError("timeout"),
    ]
    for thing in things:
        assert "ann" not in repr(thing)
        assert "123.456" not in repr(thing)
    assert repr(things[0]) == "Request(GET vendor.example)"
