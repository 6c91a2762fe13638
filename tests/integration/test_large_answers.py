"""However much a vendor sends, and however it is packed: eight answers at once cost little memory."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import zlib

import pytest
from rogue_support import answer, rogue, says

MIB = 1024 * 1024
MOST_MB = 100
CLIENT = """
import asyncio, json, resource, sys
from processors.engine.transport import Request, http_transport

async def reason(send, url):
    try:
        return (await send(Request("GET", url, timeout_s=20))).status
    except Exception as error:
        return str(error)

async def main(url, warm):
    async with http_transport() as send:
        assert await reason(send, warm) == 200
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        said = await asyncio.gather(*(reason(send, url) for _ in range(8)))
        print(json.dumps([said, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))

asyncio.run(main(*sys.argv[1:]))
"""
OK = b"HTTP/1.1 200 OK\r\n"
PART = bytes(64 * 1024)
ZEROS = bytes(100 * MIB)
ANSWERS = {
    "100 MB, as it says": says(OK + b"Content-Length: %d\r\n\r\n" % len(ZEROS), endless=PART),
    "no end": says(OK + b"\r\n", endless=PART),
    "chunks without end": says(OK + b"Transfer-Encoding: chunked\r\n\r\n", endless=b"10000\r\n%b\r\n" % PART),
    "one chunk of 100 MB": says(OK + b"Transfer-Encoding: chunked\r\n\r\n6400000\r\n", endless=PART),
    "a gzip bomb": says(answer("200 OK", gzip.compress(ZEROS), "Content-Encoding: gzip")),
    "a deflate bomb": says(answer("200 OK", zlib.compress(ZEROS), "Content-Encoding: deflate")),
    "bombs without end": says(OK + b"Content-Encoding: gzip\r\n\r\n", endless=gzip.compress(ZEROS)),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_eight_large_answers_are_refused_in_little_memory(name: str) -> None:
    async with rogue(ANSWERS[name]) as url, rogue(says(answer(body=b"{}"))) as warm:
        pipe = asyncio.subprocess.PIPE
        client = await asyncio.create_subprocess_exec(sys.executable, "-c", CLIENT, url, warm, stdout=pipe)
        said, grown_mb = json.loads((await client.communicate())[0])
    assert said == ["answer_too_long (HTTP 200)"] * 8
    assert grown_mb < MOST_MB
