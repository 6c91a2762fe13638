"""`connections test` as it stands in a shell, against the sandbox."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_support import secrets_of, tables
from typer.testing import CliRunner

from infra.sandbox import Fault, Sandbox
from processors.vendors.base import VENDORS, Vendor
from streams.cli import app
from streams.demo.config import toml

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Shell:
    def __init__(self, directory: Path, sandbox: Sandbox) -> None:
        self.sandbox, self.directory = sandbox, directory
        self.tables = tables(sandbox)
        for name, value in secrets_of(sandbox).items():
            (directory / name).write_text(value)

    async def run(self, *words: str) -> tuple[int, dict[str, dict[str, Any]], str]:
        """Exit code, the answers by connection, and all that was written."""
        config = self.directory / "relay.toml"
        named = {f"connections.{name}": table for name, table in self.tables.items()}
        config.write_text(toml({"controllers.c": {"policy": "p"}, **named}))
        env = {"CONSENT_RELAY_CONFIG": str(config), "CONSENT_RELAY_SECRETS_DIR": str(self.directory)}
        done = await asyncio.to_thread(CliRunner().invoke, app, ["connections", "test", *words, "--json"], env=env)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return done.exit_code, {line["connection"]: line for line in lines}, done.output


@asynccontextmanager
async def shell(directory: Path) -> AsyncIterator[Shell]:
    sandbox = Sandbox()
    await sandbox.start()
    try:
        yield Shell(directory, sandbox)
    finally:
        await sandbox.stop()


async def test_good_credentials_are_told_so_and_nothing_is_changed(tmp_path: Path) -> None:
    async with shell(tmp_path) as sh:
        code, came, written = await sh.run()
        assert code == 0, written
        assert set(came) == set(sh.tables)
        calls = {name: VENDORS[one["vendor"]].probe is not Vendor.probe for name, one in came.items()}
        assert {name: one["verdict"] == "good" for name, one in came.items()} == calls
        assert {one["verdict"] for one in came.values()} <= {"good", "token_only", "not_tested"}
        assert sh.sandbox.world.ledger.entries == []
        assert not [secret for secret in secrets_of(sh.sandbox).values() if secret in written]


async def test_what_fails_is_told_with_a_remedy_and_keeps_nobody_from_being_tested(tmp_path: Path) -> None:
    async with shell(tmp_path) as sh:
        crm, campaigns = sh.tables["zoho-crm"], sh.tables["zoho-campaigns"]
        (tmp_path / "wrong").write_text("nonsense-secret")
        sh.tables = {
            "good": crm,
            "wrong-secret": {**crm, "secrets": {**crm["secrets"], "client_secret": "wrong"}},
            "no-secret": {**crm, "secrets": {**crm["secrets"], "client_secret": "nowhere"}},
            "wrong-address": {**campaigns, "base_url": "http://127.0.0.1:1"},
            "wrong-path": {**crm, "base_url": f"{crm['base_url']}/else"},
            "rehearses": {**crm, "mode": "dry-run"},
        }
        code, came, written = await sh.run()
    assert code == 1
    assert {name: (one["verdict"], one["reason"]) for name, one in came.items()} == {
        "good": ("good", None),
        "wrong-secret": ("failed", "token_invalid_client_secret"),
        "no-secret": ("failed", "connections.no-secret.secrets.client_secret: there is no secret 'nowhere'"),
        "wrong-address": ("failed", "unreachable"),
        "wrong-path": ("failed", "http_404"),
        "rehearses": ("dry_run", None),
    }
    assert {name for name, one in came.items() if one["remedy"]} == set(came) - {"good", "rehearses"}
    assert "client_secret = 'wrong'" in came["wrong-secret"]["remedy"], "the secret's name, not the secret"
    assert "nonsense-secret" not in written


async def test_one_alone_and_one_that_is_not_there(tmp_path: Path) -> None:
    async with shell(tmp_path) as sh:
        code, came, _ = await sh.run("zoho-crm")
        assert (code, set(came)) == (0, {"zoho-crm"})
        code, came, written = await sh.run("zoho")
        assert (code, came) == (2, {})
        assert "choose among: " in written


async def test_where_nobody_is_called_nobody_is_asked(tmp_path: Path) -> None:
    async with shell(tmp_path) as sh:
        (tmp_path / "site-key").write_text("0" * 64)
        site = {"controller": "c", "adapter": "site_signals", "serves": ["google-analytics"], "mode": "live"}
        more = {"secrets": {"key": "site-key"}, "options": {"origins": ["https://www.example.com"]}}
        sh.tables = {"site": site | more}
        code, came, written = await sh.run("site")
    assert code == 0, written
    assert came["site"]["verdict"] == "no_call"


async def test_connections_of_one_account_ask_for_one_token(tmp_path: Path) -> None:
    async with shell(tmp_path) as sh:
        await sh.run()
        assert sh.sandbox.engines["zoho_accounts"].served["token", 200] == 1


@pytest.mark.parametrize(("status", "says"), [(429, "too many calls"), (403, "give them the scope"), (500, "is ill")])
async def test_a_vendor_that_answers_otherwise(tmp_path: Path, status: int, says: str) -> None:
    async with shell(tmp_path) as sh:
        sh.sandbox.arm(Fault(vendor="zoho_crm", kind="status", status=status))
        code, came, _ = await sh.run("zoho-crm")
        assert (code, came["zoho-crm"]["status"]) == (1, status)
        assert says in came["zoho-crm"]["remedy"]


async def test_an_issuer_that_says_the_secret_back_is_not_repeated(tmp_path: Path) -> None:
    async with shell(tmp_path) as sh:
        (tmp_path / "refresh_token").write_text("Abcdef123456")
        sh.sandbox.engines["zoho_accounts"].vendor._fault_of = lambda call: call.params["refresh_token"]  # type: ignore[attr-defined]
        code, came, written = await sh.run("zoho-crm")
        assert (code, came["zoho-crm"]["reason"]) == (1, "withheld")
        assert "abcdef" not in written.lower()
