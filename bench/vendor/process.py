"""The vendor as a process of its own, and an address where nobody listens."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.vendor.answers import CALLS, TIMES, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOST = "127.0.0.1"
_ROOT = Path(__file__).parents[2]
_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Vendor:
    """A running one."""

    port: int
    pid: int

    def url(self, part: str) -> str:
        """`part`: how it answers there, see `answers`."""
        return f"http://{_HOST}:{self.port}/{part}"

    @property
    def token_url(self) -> str:
        return self.url(TOKEN)

    def calls(self) -> dict[str, int]:
        """How often each part was asked so far."""
        return self._told(CALLS)

    def times(self) -> dict[str, list[float]]:
        """When each of the parts that keep it was asked, s of the machine's monotonic clock."""
        return self._told(TIMES)

    def _told(self, part: str) -> dict[str, Any]:
        connection = HTTPConnection(_HOST, self.port, timeout=_LIMIT_S)
        try:
            connection.request("GET", f"/{part}")
            return dict(json.loads(connection.getresponse().read()))
        finally:
            connection.close()


@contextmanager
def vendor() -> Iterator[Vendor]:
    """Start one; it ends with the `with`, or with us."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.vendor"], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
            yield Vendor(int(process.stdout.readline()), process.pid)
        finally:
            process.kill()


@contextmanager
def nobody() -> Iterator[str]:
    """The URL of a port that refuses every connection, and that nobody else can be given meanwhile."""
    with socket.socket() as held:
        held.bind((_HOST, 0))
        yield f"http://{_HOST}:{held.getsockname()[1]}"
