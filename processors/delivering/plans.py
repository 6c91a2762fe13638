"""What a lane partition may hold and when it asks the vendor again: values that whoever drives the core hands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processors.flood import Limits as Flood
from processors.vendors.later import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.delivering.ready import Companies
    from schemas.records import Action

USUAL = Schedule(60.0)
"""For a job of an action for which the adapter says no schedule."""


def _never(_: Action) -> Schedule | None:
    return None


@dataclass(frozen=True, slots=True)
class Plans:
    """When to ask about an action's jobs, and whether what was done stands; None: never."""

    polls: Callable[[Action], Schedule | None] = _never
    read_back: Callable[[Action], Schedule | None] = _never


@dataclass(frozen=True, slots=True)
class Limits:
    """calls: at the same time; open: records between the watermark and the newest one; parked: deliveries.

    company: how many people go in one call of an action, and how long they wait for one another.
    verifying: deliveries that are kept to be read back; plans: when the vendor is asked. flood: from when on so many
    are refused that nobody else is called.
    """

    calls: int
    company: Companies
    open: int = 2000
    parked: int = 10_000
    verifying: int = 5_000
    plans: Plans = Plans()
    flood: Flood = field(default_factory=Flood)
