"""Who carries a policy's choices to each of its recipients: a connection, an adapter without one, or an exemption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.vendors.base import Vendor
    from schemas.connections import RelayConfig
    from schemas.policy import Policy
    from schemas.policy.rows import Exemption


@dataclass(frozen=True, slots=True)
class Coverage:
    """How choices reach one recipient. by: names of connections, adapters or exemptions; none: `nobody`.

    why: what a named exemption says. needless: exemptions of a recipient that can be reached after all.
    """

    recipient: str
    how: Literal["connection", "adapter", "exemption", "nobody"]
    by: tuple[str, ...]
    why: str | None = None
    needless: tuple[str, ...] = ()


def coverage(policy: Policy, config: RelayConfig, vendors: Mapping[str, type[Vendor]]) -> tuple[Coverage, ...]:
    """One answer per recipient of the policy; connections of controllers that follow another one don't count."""
    return tuple(_of(recipient.id, policy, config, vendors.values()) for recipient in policy.recipients)


def _of(recipient: str, policy: Policy, config: RelayConfig, vendors: Iterable[type[Vendor]]) -> Coverage:
    exemptions = [row for row in policy.exemptions if recipient in row.recipients]
    exempt = tuple(row.id for row in exemptions)
    connections = tuple(
        connection.name
        for connection in config.connections.values()
        if recipient in connection.serves and config.controllers[connection.controller].policy == policy.id
    )
    if connections:
        return Coverage(recipient, "connection", connections, needless=exempt)
    adapters = tuple(sorted(vendor.name for vendor in vendors if vendor.is_for(recipient)))
    if adapters:
        return Coverage(recipient, "adapter", adapters, needless=exempt)
    if exemptions:
        return Coverage(recipient, "exemption", exempt, "; ".join(map(_why, exemptions)))
    return Coverage(recipient, "nobody", ())


def _why(row: Exemption) -> str:
    return f"{row.reason}; meanwhile: {row.meanwhile}"
