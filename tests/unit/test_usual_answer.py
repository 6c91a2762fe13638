"""What is cut apart at once is what aiohttp's parser would have read; whatever is odd is left to it."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest
from aiohttp.client_proto import ResponseHandler
from rogue_support import heard, rogue

from processors.engine.transport import Request, http_transport
from processors.engine.usual_answer import usual_answer
from processors.vendors.base import Reply

LENGTH = b"Content-Length: 3"
LINES = (
    b"Content-Length: 3", b"content-length:3", b"Content-Length: 03", b"Content-Length: 2", b"Content-Length : 3",
    b"Content-Length: +3", b"Connection: keep-alive", b"Connection: close", b"Connection: Keep-Alive, x",
    b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"Content-Encoding: identity", b"Upgrade: a",
    b"Retry-After:  \t 7 \t", b"X: a:b, c", b"X:", b"x-odd: \xc3\xa9", b"X: a\x00b", b" folded", b"X: a\rb", b": a",
    b"Content-Length: 3\nX: 1", b"Keep-Alive: timeout=5", b"Set-Cookie: a=b",
)  # fmt: skip
FIRST = (
    b"HTTP/1.1 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 422 \t", b"HTTP/1.1 204 No", b"HTTP/1.1 304 x",
    b"HTTP/1.0 200 OK", b"HTTP/1.1 422 No",
    b"HTTP/1.1 103 Early", b"HTTP/1.1 2000 x", b"HTTP/1.1  200 OK", b"http/1.1 200 OK", b"HTTP/1.1 200 \xc3\xa9",
)  # fmt: skip
BODIES = (b"{}\n", b"", b"{}\nHTTP/1.1 200 OK", b"3\r\n{}\n\r\n0\r\n\r\n")
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}\n"


async def read_by_aiohttp(data: bytes) -> tuple[Reply, bool]:
    """The answer, and whether the connection may be used again."""
    parser = ResponseHandler(asyncio.get_running_loop())
    parser.set_response_params(read_until_eof=True)
    parser.data_received(data)
    async with asyncio.timeout(5):
        message, payload = await parser.read()
        body = await payload.read()
    headers = {name.lower(): value for name, value in message.headers.items()}
    return Reply(message.code, headers, body), not parser.should_close


async def test_what_is_cut_apart_at_once_is_what_the_parser_reads() -> None:
    every = product(FIRST, LINES, (0, 1), BODIES)
    told = [(first, [line, LENGTH][:: 1 - 2 * swapped], body) for first, line, swapped, body in every]
    answers = [b"\r\n".join([first, *lines, b"", b""]) + body for first, lines, body in told]
    cut = {data: reply for data in answers if (reply := usual_answer(data)) is not None}
    assert len(cut) > len(LINES)
    for data, reply in cut.items():
        assert await read_by_aiohttp(data) == (reply, True)


def test_a_plain_answer_is_cut_apart() -> None:
    assert usual_answer(PLAIN) == Reply(200, {"content-length": "3"}, b"{}\n")


@pytest.mark.parametrize("size", [1, 17, len(PLAIN) - 1])
def test_a_piece_of_an_answer_is_none(size: int) -> None:
    assert usual_answer(PLAIN[:size]) is None
    assert usual_answer(PLAIN + PLAIN[:size]) is None


def test_a_head_beyond_measure_is_the_parsers() -> None:
    assert usual_answer(PLAIN.replace(b"\r\n\r\n", b"\r\nX: " + b"x" * 9000 + b"\r\n\r\n")) is None


async def test_one_connection_takes_usual_answers_and_odd_ones() -> None:
    odd = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n0\r\n\r\n"
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    answers, connections = [PLAIN, odd, interim + PLAIN, PLAIN, odd, PLAIN], []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        for one in answers:
            await heard(reader)
            writer.write(one)

    async with rogue(talk) as url, http_transport() as send:
        bodies = [(await send(Request("POST", url, body=b"x"))).body for _ in answers]
    assert bodies == [b"{}\n"] * len(answers)
    assert len(connections) == 1
