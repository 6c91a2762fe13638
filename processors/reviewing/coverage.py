"""Who carries a policy's choices to each recipient: a connection, or an adapter without one; or what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from processors.planning.routes import Route
from schemas.systems import systems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.vendors.base import Vendor
    from schemas.connections import RelayConfig
    from schemas.policy import Policy
    from schemas.policy.rows import Exemption, Recipient


@dataclass(frozen=True, slots=True)
class Coverage:
    """How choices reach one recipient. by: names of connections, adapters, exemptions or systems; none: `nobody`.

    how: `outcome`: it has no API, and schemas/systems.toml says what is done instead.
    otherwise: how a leg for it ends, or stays open, without a connection. why: what that system or exemption says.
    needless: exemptions of a recipient that can be reached after all.
    """

    recipient: str
    how: Literal["connection", "adapter", "exemption", "outcome", "nobody"]
    by: tuple[str, ...]
    otherwise: str
    why: str | None = None
    needless: tuple[str, ...] = ()


def coverage(policy: Policy, config: RelayConfig, vendors: Mapping[str, type[Vendor]]) -> tuple[Coverage, ...]:
    """One answer per recipient of the policy; connections of controllers that follow another one don't count."""
    return tuple(_of(recipient, policy, config, vendors.values()) for recipient in policy.recipients)


def _of(recipient: Recipient, policy: Policy, config: RelayConfig, vendors: Iterable[type[Vendor]]) -> Coverage:
    name, retired = recipient.id, recipient.status == "retired"
    exemptions = [row for row in policy.exemptions if name in row.recipients]
    exempt = tuple(row.id for row in exemptions)
    connections = tuple(
        connection.name
        for connection in config.connections.values()
        if name in connection.serves and config.controllers[connection.controller].policy == policy.id
    )
    otherwise = Route(name, None, (), reach=recipient.reach, is_retired=retired).without_lane
    if connections:
        return Coverage(name, "connection", connections, otherwise, needless=exempt)
    # To whom a link leads people, nobody gives anything: that somebody could be told is no reason to connect them.
    may_tell = recipient.reach != "link_out"
    adapters = tuple(sorted(vendor.name for vendor in vendors if may_tell and vendor.is_for(name)))
    if adapters:
        return Coverage(name, "adapter", adapters, otherwise, needless=exempt)
    if exemptions:
        return Coverage(name, "exemption", exempt, otherwise, "; ".join(map(_why, exemptions)))
    if system := systems().by_recipient.get(name):
        return Coverage(name, "outcome", (system.id,), otherwise, f"{system.instructions}; proof: {system.proof}")
    return Coverage(name, "nobody", (), otherwise)


def _why(row: Exemption) -> str:
    return f"{row.reason}; meanwhile: {row.meanwhile}"
