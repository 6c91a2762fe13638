"""The `relay.toml` of a demo: every connection leads to the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.connections import RelayConfig, load_config
from schemas.errors import SetupError
from schemas.policy import Policy, load_policy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from infra.sandbox import SandboxSettings

CONTROLLER = "oomnis"
POLICIES = ("oomnis",)
"""The policies for whose recipients the demo has connections."""
_ZOHO = {
    "client_id": "zoho_client_id",
    "client_secret": "zoho_client_secret",
    "refresh_token": "zoho_refresh_token",
}


def write_config(path: Path, sandbox: SandboxSettings) -> RelayConfig:
    """Write the file and read it back as the worker will."""
    path.write_text(toml(_tables(sandbox)), "utf-8")
    return load_config(path)


def demo_policy(policy_id: str) -> Policy:
    """The policy of that id.

    Raises:
        SetupError: there is none, or the demo has no connections for it.

    """
    policy = load_policy(policy_id)
    if policy_id not in POLICIES:
        raise SetupError(f"the demo has no connections for {policy_id}", remedy=f"choose {', '.join(POLICIES)}")
    return policy


def favourites(policy: Policy, config: RelayConfig) -> tuple[str, ...]:
    """The purposes that a person can choose about and that reach a connection."""
    connected = {recipient for connection in config.connections.values() for recipient in connection.serves}
    return tuple(
        purpose.id
        for purpose in policy.purposes
        if purpose.id in policy.withdrawable and connected & {flow.to for flow in policy.flows.get(purpose.id, ())}
    )


def _tables(sandbox: SandboxSettings) -> dict[str, dict[str, Any]]:
    urls = sandbox.base_urls
    # The surge guard would hold back so many deletions; the sandbox's search lags behind nothing.
    common = {"controller": CONTROLLER, "mode": "live", "surge": "off", "concurrency": 16}
    accounts = {"accounts_url": urls["zoho_accounts"]}
    return {
        f"controllers.{CONTROLLER}": {"policy": CONTROLLER},
        "connections.zoho-crm": {
            **common,
            "adapter": "zoho_crm",
            "serves": ["zoho-one/crm"],
            "base_url": urls["zoho_crm"],
            # Deletions of several people are a job of the CRM's; what is done is read back while the demo still runs.
            "options": {**accounts, "search_lag_s": 0, "mass_delete_above": 1, "job_poll_s": 1},
            "read_back": "1s",
            "secrets": _ZOHO,
        },
        "connections.zoho-campaigns": {
            **common,
            "adapter": "zoho_campaigns",
            "serves": ["zoho-one/marketing"],
            "base_url": urls["zoho_campaigns"],
            "options": {**accounts, "lists": dict(sandbox.list_keys)},
            "secrets": _ZOHO,
        },
        "connections.google-analytics": {
            **common,
            "adapter": "google_analytics",
            "serves": ["google-analytics"],
            "base_url": urls["google_analytics"],
            "options": {"property_ids": [sandbox.ga_property_id]},
            "secrets": {"service_account": "google_service_account"},
        },
    }


def toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Name of a table → its keys, as the text of a TOML file."""
    blocks = (
        "\n".join([f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())])
        for name, table in tables.items()
    )
    return "\n\n".join(blocks) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_value(item)}' for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)
