"""A lane as the planner sees it: the pipeline of one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.switches import Switches, switches_of
from processors.vendors.configured import adapter_of, kind_of
from schemas.regimes import is_within, place_code

if TYPE_CHECKING:
    from schemas.connections import Connection, RelayConfig
    from schemas.records import Action


@dataclass(frozen=True, slots=True)
class Lane:
    """`serves`: recipients of the policy, as `zoho-one/crm`. `regions`: None = due everywhere."""

    name: str
    controller: str
    vendor: str
    serves: frozenset[str]
    regions: frozenset[str] | None
    channels: tuple[str, ...]
    switches: Switches
    actions: frozenset[Action]

    def __hash__(self) -> int:
        """By its name, so that what was worked out for some lanes can be kept."""
        return hash(self.name)

    def is_due_in(self, jurisdiction: str | None) -> bool:
        """Wherever one of its regions may be: `DE` is within `EEA`, and who is in `EEA` may be in `DE`.

        An event without a jurisdiction is due everywhere.
        """
        if self.regions is None or jurisdiction is None:
            return True
        place = place_code(jurisdiction)
        return any(is_within(place, area) or is_within(area, place) for area in map(place_code, self.regions))


def lane_of(connection: Connection) -> Lane:
    """The lane of a connection.

    Raises:
        SetupError: no adapter has that id, or it is by options that it doesn't take.

    """
    kind = kind_of(connection)
    # What is only planned needs no options; a worker refuses a connection that lacks them.
    vendor = adapter_of(connection) if kind.by_options or connection.options else kind
    return Lane(
        name=connection.name,
        controller=connection.controller,
        vendor=connection.adapter,
        serves=frozenset(connection.serves),
        regions=None if connection.regions is None else frozenset(connection.regions),
        channels=vendor.channels,
        switches=switches_of(vendor),
        actions=frozenset(vendor.can),
    )


def lanes_of(config: RelayConfig) -> tuple[Lane, ...]:
    """All lanes, by name, so that the order never depends on the file."""
    return tuple(lane_of(config.connections[name]) for name in sorted(config.connections))
