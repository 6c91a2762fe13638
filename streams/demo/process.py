"""Workers as processes of their own, so that they can be killed like real ones."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from infra.ports import HOST, unused_ports
from schemas.errors import RelayError
from streams.commands.child import Child

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_LIMIT_S = 90.0
READY_LIMIT_S = 180.0
PROGRAM = ("-m", "streams")
_POLL_S = 0.1


class WorkerProcess(Child):
    """One `consent-relay worker`, made by `launch`."""

    def __init__(self, process: Process, log_file: Path) -> None:
        super().__init__(process, log_file)
        self.log_file = log_file
        self.web_port = 0

    @classmethod
    async def launch(
        cls,
        name: str,
        settings: Mapping[str, str],
        log_file: Path,
        *options: str,
        program: Sequence[str] = PROGRAM,
        env: Mapping[str, str] | None = None,
    ) -> Self:
        """Start a worker of that name. `settings`: without their prefix; no other setting of ours is passed on.

        options: more of the command line, as `--roles`, `router`. program: what Python runs in its place, with the
        same command line; env: more of its environment.
        """
        port = next(unused_ports())
        here = {**settings, "WEB_HOST": HOST, "WEB_PORT": str(port)}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CONSENT_RELAY_")}
        given = {f"CONSENT_RELAY_{key}": value for key, value in here.items()}
        command = (sys.executable, *program, "worker", "--id", name, *options)
        worker = await cls.start(command, {**kept, **given, **(env or {})}, log_file)
        worker.web_port = port
        return worker

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self, within_s: float = READY_LIMIT_S) -> dict[str, Any]:
        """Wait until it says that it is ready; its roles.

        Raises:
            RelayError: it ended, or isn't ready in time; with the end of its log.

        """
        try:
            async with asyncio.timeout(within_s), aiohttp.ClientSession() as session:
                while not (state := await self.health(session)).get("ready"):
                    self.check()
                    await asyncio.sleep(_POLL_S)
                return dict(state["roles"])
        except TimeoutError:
            text = f"the worker isn't ready after {within_s:g} s; {self.log_file} ends with:{self.last_words()}"
            raise RelayError(text) from None

    def check(self) -> None:
        """Raises RelayError if it has ended by itself, with the end of its log."""
        if self._process.returncode is not None:
            raise RelayError(f"the worker has ended; {self.log_file} ends with:{self.last_words()}")

    async def health(self, session: aiohttp.ClientSession) -> dict[str, Any]:
        """What /readyz says; nothing while nobody answers."""
        with suppress(aiohttp.ClientError):
            async with session.get(f"{self.url}/readyz") as answer:
                return dict(await answer.json(content_type=None))
        return {}
