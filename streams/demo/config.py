"""The `relay.toml` of a demo: every connection leads to the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.connections import RelayConfig, load_config
from streams.demo.accounts import ACCOUNTS, CONTROLLER, lane_of
from streams.demo.options import options_of, read_back_of, secrets_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.sandbox import SandboxSettings
    from schemas.policy import Policy


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
        for adapter, recipients in ACCOUNTS[name].items():
            tables[f"connections.{lane_of(name, adapter)}"] = {
                "controller": name,
                "adapter": adapter,
                "serves": recipients,
                **({"base_url": sandbox.base_urls[adapter]} if adapter in sandbox.base_urls else {}),
                "mode": "live",
                "surge": "off",  # it would hold back so many deletions
                "concurrency": 16,
                **read_back_of(adapter),
                "options": options_of(adapter, sandbox, name),
                "secrets": secrets_of(adapter),
            }
    return tables


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
