"""Calls from outside that nobody can read: refused, and no log says anything of what they hold."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from schemas.errors import SetupError
from streams.called import check_free, listening, read, taking

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO = "jane.roe@example.org"
TOO_LARGE = f"413 {HTTPStatus(413).phrase}"  # each Python has words of its own
HEAD = f"POST /sources/news/s3cret HTTP/1.1\r\nHost: relay.example\r\nX-Who: {WHO}\r\n"


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def said() -> Iterator[list[logging.LogRecord]]:
    """Whatever a library logs."""
    handler = _Kept()
    logging.getLogger().addHandler(handler)
    yield handler.records
    logging.getLogger().removeHandler(handler)


async def _answered(request: bytes) -> str:
    """The first line of the answer to a request, as it goes over the wire."""

    async def take(called: web.Request) -> web.Response:
        _, body = await read(called, 1000)
        if body == b"fault":
            raise ValueError(WHO)
        return web.Response(status=204)

    app = taking()
    app.router.add_post("/sources/{source}/{token}", take)
    async with listening(app, "127.0.0.1", 0, "nothing is taken", "CALLBACK") as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        line = await reader.readline()
        writer.close()
    return line.decode().strip()


def posted(body: bytes, *headers: str) -> bytes:
    return "\r\n".join((HEAD + f"Content-Length: {len(body)}", *headers, "", "")).encode() + body


@pytest.mark.parametrize(
    ("request_bytes", "answer"),
    [
        (posted(b"x"), "204 No Content"),
        (posted(gzip.compress(b"x"), "Content-Encoding: gzip"), "204 No Content"),
        (posted(b"no gzip", "Content-Encoding: gzip"), "400 Bad Request"),
        (posted(gzip.compress(bytes(1001)), "Content-Encoding: gzip"), TOO_LARGE),
        (posted(b"x", "Content-Encoding: br"), "400 Bad Request"),
        (posted(bytes(1001)), TOO_LARGE),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode(), "400 Bad Request"),
        (f"POST /sources/news/s3cret?{WHO * 1000} HTTP/1.1\r\n\r\n".encode(), "400 Bad Request"),
        (posted(b"fault"), "500 Internal Server Error"),
    ],
)
def test_it_is_answered_and_no_log_has_a_word_of_it(
    request_bytes: bytes, answer: str, said: list[logging.LogRecord]
) -> None:
    with capture_logs() as ours:
        assert asyncio.run(_answered(request_bytes)).partition(" ")[2] == answer
    assert said == []
    fault = {"event": "call_failed", "error": "ValueError", "log_level": "error"}
    assert ours == ([fault] if answer.startswith("500") else [])


def bound(host: str) -> socket.socket:
    """A port that is taken there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip(f"there is no {host} on this machine")


@pytest.mark.parametrize(
    ("host", "said"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "[::1]"), ("::", "[::]")],  # noqa: S104
)
def test_a_port_is_free_or_taken_whatever_the_family_of_the_address(host: str, said: str) -> None:
    with bound(host) as server:
        port = server.getsockname()[1]
        with pytest.raises(SetupError) as error:
            asyncio.run(check_free(host, port, "nothing is served", "WEB"))
    assert error.value.message == f"nothing is served at {said}:{port}: Address already in use"
    asyncio.run(check_free(host, port, "nothing is served", "WEB"))


def test_an_address_that_nobody_can_find_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SetupError, match="nothing is served at no-such:1: Name or service not known"):
        asyncio.run(check_free("no-such", 1, "nothing is served", "WEB"))
