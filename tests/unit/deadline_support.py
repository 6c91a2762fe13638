"""Questions about deadlines, asked as a policy and an event would ask them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from processors.deadlines import limits
from processors.reckoning.scope import scope
from schemas.times import to_micros

if TYPE_CHECKING:
    from processors.reckoning.dues import Due
    from processors.reckoning.scope import Scope
    from schemas.law.rows import DutyLeg


class Listed(NamedTuple):
    id: str
    jurisdictions: tuple[str, ...]


HONG_KONG = [Listed("pdpo", ("HK",)), Listed("uemo", ("HK",))]
OOMNIS = [Listed("gdpr", ("EEA",)), *HONG_KONG]
VIETNAM = [Listed("vn-13", ("VN",)), Listed("vn-356", ("VN",))]
STATES = {"ccpa": "US-CA", "vcdpa": "US-VA", "cpa": "US-CO", "ctdpa": "US-CT", "ucpa": "US-UT"}
OSOWS = [
    *(Listed(regime, (where,)) for regime, where in STATES.items()),
    *(Listed(regime, ("US",)) for regime in ("coppa", "can-spam")),
    Listed("shine-the-light", ("US-CA",)),
]
EVERY = [*OOMNIS, *VIETNAM, *OSOWS]


def at(text: str) -> int:
    """µs of a moment as in 2026-06-01T09:00:00+07:00."""
    return cast("int", to_micros(datetime.fromisoformat(text)))


def ask(  # noqa: PLR0917 - what a deadline depends on
    regimes: list[Listed],
    kind: str,
    received: str,
    jurisdiction: str | None = None,
    channels: tuple[str, ...] = (),
    sent: str | None = None,
) -> dict[DutyLeg, Due]:
    where: Scope = scope(regimes, jurisdiction)
    return dict(limits(where, kind, at(received), at(sent or received), channels))


def days(dues: dict[DutyLeg, Due]) -> dict[str, str]:
    return {leg: one.due_on.isoformat() for leg, one in dues.items()}
