"""A sandbox per test on a free port, a clock that stands until it is moved, and a bare HTTP client."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import pytest

from infra.sandbox import Sandbox, SandboxClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class FakeClock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Reply:
    status: int
    body: Any
    headers: Any


@dataclass
class Bench:
    """A running sandbox, its control client, and calls to its vendors with whatever header is set."""

    sandbox: Sandbox
    control: SandboxClient
    session: aiohttp.ClientSession
    clock: FakeClock
    authorization: str = ""

    async def call(self, method: str, vendor: str, path: str, **kwargs: Any) -> Reply:
        url = self.sandbox.settings.base_urls[vendor] + path
        headers = {"Authorization": self.authorization} if self.authorization else {}
        async with self.session.request(method, url, headers=headers, **kwargs) as response:
            body = await (response.json() if "json" in response.headers.get("Content-Type", "") else response.text())
            return Reply(response.status, body, response.headers)

    async def zoho_token(self, **changed: str) -> Reply:
        settings = self.sandbox.settings
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.zoho_client_id,
            "client_secret": settings.zoho_client_secret,
            "refresh_token": settings.zoho_refresh_token,
        }
        return await self.call("POST", "zoho_accounts", "/oauth/v2/token", data=form | changed)

    async def log_in_to_zoho(self) -> None:
        self.authorization = f"Zoho-oauthtoken {(await self.zoho_token()).body['access_token']}"


class MakeBench(Protocol):
    async def __call__(self, **options: Any) -> Bench: ...


@pytest.fixture(scope="session")
def secrets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One RSA key for all tests: making it is slow."""
    return tmp_path_factory.mktemp("sandbox-secrets")


@pytest.fixture
async def make_bench(tmp_path: Path, secrets_dir: Path) -> AsyncIterator[MakeBench]:
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> Bench:
            clock = FakeClock()
            defaults: dict[str, Any] = {
                "ledger_path": tmp_path / "ledger.jsonl",
                "secrets_dir": secrets_dir,
                "clock": clock,
            }
            sandbox = Sandbox(**(defaults | options))
            await sandbox.start()
            stack.push_async_callback(sandbox.stop)
            control = await stack.enter_async_context(sandbox.client())
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Bench(sandbox, control, session, clock)

        yield make


@pytest.fixture
async def bench(make_bench: MakeBench) -> Bench:
    return await make_bench()
