"""The `relay.toml` of a demo: every connection leads to the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.sandbox.vendors.zoho_books import ORGANISATION
from schemas.connections import RelayConfig, load_config
from streams.demo.accounts import ACCOUNTS, CONTROLLER, TRACKING, lane_of, lists_of, topics_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.sandbox import SandboxSettings
    from schemas.policy import Policy

_ZOHO = {
    "client_id": "zoho_client_id",
    "client_secret": "zoho_client_secret",
    "refresh_token": "zoho_refresh_token",
}


def write_config(path: Path, sandbox: SandboxSettings, controllers: Sequence[str] = (CONTROLLER,)) -> RelayConfig:
    """Write the file and read it back as the worker will."""
    path.write_text(toml(_tables(sandbox, controllers)), "utf-8")
    return load_config(path)


def favourites(policy: Policy, config: RelayConfig) -> tuple[str, ...]:
    """The purposes that a person can choose about and that reach a connection of the policy's controller."""
    mine = [c for c in config.connections.values() if config.controllers[c.controller].policy == policy.id]
    connected = {recipient for connection in mine for recipient in connection.serves}
    return tuple(
        purpose.id
        for purpose in policy.purposes
        if purpose.id in policy.withdrawable and connected & {flow.to for flow in policy.flows.get(purpose.id, ())}
    )


def _tables(sandbox: SandboxSettings, controllers: Sequence[str]) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {f"controllers.{name}": {"policy": name} for name in controllers}
    for name in controllers:
        for adapter, recipient in ACCOUNTS[name].items():
            tables[f"connections.{lane_of(name, adapter)}"] = {
                "controller": name,
                "adapter": adapter,
                "serves": [recipient],
                "base_url": sandbox.base_urls[adapter],
                "mode": "live",
                "surge": "off",  # it would hold back so many deletions
                "concurrency": 16,
                **_of_adapter(adapter, sandbox, name),
            }
    return tables


def _of_adapter(adapter: str, sandbox: SandboxSettings, controller: str) -> dict[str, Any]:
    """What is done is read back while the demo still runs. The sandbox's searches lag behind nothing."""
    accounts = {"accounts_url": sandbox.base_urls["zoho_accounts"]}
    numbers = {purpose: sandbox.topic_numbers[purpose] for purpose in topics_of(controller)}
    match adapter:
        case "google_analytics":
            secrets = {"service_account": "google_service_account"}
            return {"options": {"property_ids": [sandbox.ga_property_id]}, "secrets": secrets}
        case "zoho_campaigns":
            keys = {purpose: sandbox.list_keys[purpose] for purpose in lists_of(controller)}
            return {"options": {**accounts, "lists": keys}, "secrets": _ZOHO}
        case "zoho_books":
            books = {**accounts, "organization_id": ORGANISATION, "keep_years": 10}
            return {"options": books, "read_back": "1s", "secrets": _ZOHO}
        case "hubspot":
            hubspot = {"search_lag_s": 0, "subscriptions": numbers, "tracking": TRACKING}
            return {"options": hubspot, "read_back": "1s", "secrets": {"token": "hubspot_token"}}
        case "intercom":
            types = {purpose: str(number) for purpose, number in numbers.items()}
            intercom = {"search_lag_s": 0, "subscriptions": types}
            return {"options": intercom, "read_back": "1s", "secrets": {"token": "intercom_token"}}
    # Deletions of several people are a job of the CRM's.
    options = {**accounts, "search_lag_s": 0, "mass_delete_above": 1, "job_poll_s": 1}
    return {"options": options, "read_back": "1s", "secrets": _ZOHO}


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
