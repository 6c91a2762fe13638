"""Each kind of auth over real HTTP: an adapter of ours against a vendor of the sandbox that knows the same kind."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from engine_support import CONNECTION, Lane, Toy, connector
from sandbox_support import another
from vendor_support import instruction

from infra.sandbox import Sandbox
from infra.sandbox.access import ISSUED, SECRETS
from infra.sandbox.credentials import obtain
from infra.sandbox.engine import Engine
from infra.sandbox.vendor import Answer, Operation, Vendor
from processors.engine.clock import SystemClock
from processors.engine.kinds import KINDS
from processors.engine.transport import http_transport
from processors.vendors.base import Result
from processors.vendors.oauth import OAuthOptions
from schemas.errors import VendorAuthRejected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from infra.sandbox.vendor import Call

KEPT = sorted(kind for kind in SECRETS if kind != "none")
EACH = [(kind, key) for kind in KEPT for key in SECRETS[kind]]


class Counter(Vendor):
    """Counts withdrawals. It gets its name after it was made, so that no other sandbox serves it."""

    key_header = ("X-Key", "Key {}")
    required: ClassVar = {"X-Version": "2"}
    done = 0

    def operations(self) -> list[Operation]:
        return [Operation("withdraw", "POST", "/withdraw", self._withdraw)]

    def _withdraw(self, _: Call) -> Answer:
        self.done += 1
        return Answer(200, {"outcome": "executed"})

    def error(self, status: int) -> Answer:
        return Answer(status, {"message": "no"})

    def clear(self) -> None:
        self.done = 0


def _known(kind: str) -> type[Counter]:
    known: type[Counter] = type("Known", (Counter,), {"auth": kind})
    known.name = "counter"
    return known


KNOWN = {kind: _known(kind) for kind in KEPT}


class Knocking(Toy):
    key_header = ("X-Key", "Key {}")
    headers: ClassVar = {"X-Version": "2"}
    options_type = OAuthOptions
    options: OAuthOptions

    @property
    def token_url(self) -> str:
        return self.options.token_url or ""


@dataclass
class Door:
    vendor: Counter
    url: str
    transport: Any
    secrets: dict[str, str]
    adapter: type[Knocking] = Knocking
    ready: Any = None

    async def knock(self, **changed: str) -> Any:
        adapter = self.adapter(OAuthOptions(token_url=f"{self.url}{self.vendor.token_path}"))
        if self.ready is None or changed:
            build = KINDS[self.vendor.auth].build
            auth = build(adapter, self.secrets | changed, self.transport, SystemClock())
            connection = CONNECTION.model_copy(update={"base_url": self.url})
            self.ready = connector(self.transport, vendor=adapter, auth=auth, connection=connection)
        return (await Lane().carry_out(self.ready, [instruction("withdraw")]))["d1"]


@asynccontextmanager
async def door(kind: str) -> AsyncIterator[Door]:
    sandbox = Sandbox()
    named = {f"counter_{key}": "{}" for key in SECRETS[kind]}
    sandbox.world.credentials = obtain(None, named)
    vendor = KNOWN[kind](sandbox.world)
    sandbox.engines["counter"] = Engine(vendor)
    base_url = await sandbox.start()
    secrets = {key: vendor.secret(key) for key in SECRETS[kind]}
    try:
        async with http_transport() as transport:
            yield Door(vendor, f"{base_url}/counter", transport, secrets)
    finally:
        await sandbox.stop()


@pytest.mark.parametrize("kind", KEPT)
async def test_whoever_has_the_secrets_is_let_in(kind: str) -> None:
    async with door(kind) as at:
        assert isinstance(await at.knock(), Result)
        assert at.vendor.done == 1


@pytest.mark.parametrize(("kind", "key"), EACH)
async def test_one_wrong_secret_is_the_credentials_fault_and_does_nothing(kind: str, key: str) -> None:
    async with door(kind) as at:
        assert isinstance(await at.knock(**{key: another(key)}), VendorAuthRejected)
        assert at.vendor.done == 0


@pytest.mark.parametrize("kind", sorted(ISSUED))
async def test_a_token_that_ends_early_is_fetched_anew_and_a_revoked_grant_is_not(kind: str) -> None:
    async with door(kind) as at:
        tokens = at.vendor.world.tokens_of("counter")
        await at.knock()
        tokens.revoke_all()
        assert isinstance(await at.knock(), Result)
        tokens.revoke_all()
        tokens.grant_revoked = True
        assert isinstance(await at.knock(), VendorAuthRejected)
        assert at.vendor.done == 2


@pytest.mark.parametrize("kind", KEPT)
async def test_a_call_without_the_version_is_none(kind: str) -> None:
    async with door(kind) as at:
        at.adapter = type("Old", (Knocking,), {"headers": {"X-Version": "1"}})
        outcome = await at.knock()
        assert (outcome.status, at.vendor.done) == (400, 0)
