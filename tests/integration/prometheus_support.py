"""A real Prometheus of Debian's, on a free port and a directory of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from ownership_support import LIMIT_S, until

from infra.ports import unused_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

INSTALL = "apt-get install --no-install-recommends prometheus"


def needed(program: str) -> str:
    """Its path; without it the test is skipped and says how to get it, or fails where everything must run."""
    path = shutil.which(program)
    if path is None:
        said = f"not run: there is no {program} here; get it with: {INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return path


class Prometheus:
    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1"
        self._session = session

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """The instant vector's samples: labels and value."""
        async with self._session.get(f"{self._url}/query", params={"query": expression}) as answer:
            told = await answer.json()
        assert told["status"] == "success", f"{expression}: {told}"
        return list(told["data"]["result"])

    async def value(self, expression: str) -> float | None:
        """The only sample's value; None: there is none."""
        found = await self.query(expression)
        assert len(found) <= 1, found
        return float(found[0]["value"][1]) if found else None

    async def has(self, expression: str) -> None:
        """Wait until it has any sample: one scrape that came too late leaves none for a while."""

        async def found() -> bool:
            return bool(await self.query(expression))

        await until(found)

    async def comes_to(self, expression: str, value: float, limit_s: float = LIMIT_S) -> None:
        """Wait until it has this value."""
        last: list[float | None] = []

        async def reached() -> bool:
            last[:] = [await self.value(expression)]
            return last == [value]

        try:
            await until(reached, limit_s)
        except TimeoutError:
            raise AssertionError(f"{expression} is {last}, not {value}") from None


@asynccontextmanager
async def prometheus(directory: Path, *targets: str) -> AsyncIterator[Prometheus]:
    """Inside, it scrapes these targets (`host:port`) every second as the job `consent-relay`."""
    program, port = needed("prometheus"), next(unused_ports())
    directory.mkdir()
    job = {"job_name": "consent-relay", "static_configs": [{"targets": targets}]}
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [job]}
    (directory / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    with (directory / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program,
            f"--config.file={directory / 'prometheus.yml'}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
    try:
        async with aiohttp.ClientSession() as session:
            server = Prometheus(port, session)
            await until(lambda: _is_up(server, process, len(targets)))
            yield server
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _is_up(server: Prometheus, process: asyncio.subprocess.Process, targets: int) -> bool:
    assert process.returncode is None, "prometheus has ended by itself"
    try:
        return await server.value('sum(up{job="consent-relay"})') == targets
    except aiohttp.ClientError:
        return False
