"""The vendors of a fault run: each connection has a sandbox of its own, so that each can fail in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sizes import EVENTS

from infra.sandbox import Fault
from schemas.connections import RelayConfig, load_config
from streams.demo.accounts import CONTROLLER
from streams.demo.config import toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.sandbox import Sandbox

SERVES = {"zoho_crm": "zoho-one/crm", "zoho_campaigns": "zoho-one/marketing", "google_analytics": "google-analytics"}
RETRY_CEILING_S = 2.0
"""Longest wait between tries, so that a run ends soon after its last fault."""


@dataclass(frozen=True)
class Account:
    """One connection. dead: it never works, and what it should be told stays parked.

    faults: armed at its sandbox from the start; more: further keys of its table in `relay.toml`.
    """

    name: str
    adapter: str
    faults: tuple[Fault, ...] = ()
    dead: bool = False
    more: tuple[tuple[str, Any], ...] = ()


BUSY = min(0.01, 100 / EVENTS)
"""Of calls that are answered with 429. Each halves the pace of all that follow: with as many, a long run would have
nothing else to wait for."""
DEAD = Fault(kind="status", status=503)
HEALTHY = (
    Account("crm", "zoho_crm"),
    Account("campaigns", "zoho_campaigns"),
    Account("analytics", "google_analytics"),
)
TROUBLED = (
    Account("crm", "zoho_crm", more=(("read_back", "2s"),)),
    Account("crm-slow", "zoho_crm", (Fault(kind="latency", seconds=0.1),)),
    Account("crm-resets", "zoho_crm", (Fault(kind="reset", share=0.05),)),
    Account("campaigns", "zoho_campaigns"),
    Account("campaigns-lies", "zoho_campaigns", (Fault(kind="lie", share=0.05),)),
    Account("campaigns-busy", "zoho_campaigns", (Fault(kind="status", status=429, retry_after_s=1, share=BUSY),)),
    Account("analytics-dead", "google_analytics", (DEAD,), dead=True),
)
"""One is dead for the whole run, one slow, one answers 429, one breaks off when it has done what was asked, one says
that all is well and in the body that it isn't."""


def write_config(path: Path, accounts: Sequence[Account], sandboxes: Mapping[str, Sandbox]) -> RelayConfig:
    """Write `relay.toml` and the secrets it names beside it, and read it back as a worker will."""
    tables: dict[str, dict[str, Any]] = {f"controllers.{CONTROLLER}": {"policy": CONTROLLER}}
    for account in accounts:
        tables[f"connections.{account.name}"] = _table(account, sandboxes[account.name])
        write_secrets(path.parent / "secrets", account.name, sandboxes[account.name])
    path.write_text(toml(tables), "utf-8")
    return load_config(path)


def write_secrets(directory: Path, name: str, sandbox: Sandbox) -> None:
    """Each sandbox has secrets of its own, under names of its own."""
    directory.mkdir(exist_ok=True)
    for secret in (*_ZOHO, "google_service_account"):
        (directory / f"{name}.{secret}").write_text(getattr(sandbox.settings, secret))


_ZOHO = ("zoho_client_id", "zoho_client_secret", "zoho_refresh_token")


def _table(account: Account, sandbox: Sandbox) -> dict[str, Any]:
    settings = sandbox.settings
    return {
        "controller": CONTROLLER,
        "adapter": account.adapter,
        "serves": [SERVES[account.adapter]],
        "mode": "live",
        "surge": "off",  # so many deletions in so short a time would be held
        "concurrency": 16,
        "retry_ceiling_s": RETRY_CEILING_S,
        "base_url": settings.base_urls[account.adapter],
        "options": _options(account, sandbox),
        "secrets": _secrets(account),
        **({"read_back": "off"} if account.adapter == "zoho_crm" else {}),
        **dict(account.more),
    }


def _options(account: Account, sandbox: Sandbox) -> dict[str, Any]:
    settings = sandbox.settings
    if account.adapter == "google_analytics":
        return {"property_ids": [settings.ga_property_id]}
    accounts = {"accounts_url": settings.base_urls["zoho_accounts"]}
    if account.adapter == "zoho_campaigns":
        return {**accounts, "lists": dict(settings.list_keys)}
    return {**accounts, "search_lag_s": 0}


def _secrets(account: Account) -> dict[str, str]:
    if account.adapter == "google_analytics":
        return {"service_account": f"{account.name}.google_service_account"}
    return {secret.removeprefix("zoho_"): f"{account.name}.{secret}" for secret in _ZOHO}
