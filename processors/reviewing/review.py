"""All that a review finds in one policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.reviewing.citations import misquoted
from processors.reviewing.coverage import coverage
from processors.reviewing.gaps import gaps, notes
from schemas.policy.names import cited_rows
from schemas.policy.reading import clashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.reviewing.coverage import Coverage
    from processors.vendors.base import Vendor
    from schemas.connections import RelayConfig
    from schemas.policy import Policy


@dataclass(frozen=True, slots=True)
class Review:
    """rows: places of all cited rows; derived: of those that are our reading and not the policy's own words.

    gaps: what must be mended; notes: what a reviewer should know.
    """

    policy: Policy
    covered: tuple[Coverage, ...]
    rows: tuple[str, ...]
    derived: tuple[str, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]


def review(
    policy: Policy,
    config: RelayConfig,
    vendors: Mapping[str, type[Vendor]],
    text: bytes | None = None,
    beside: Iterable[Policy] = (),
) -> Review:
    """Look for gaps. beside: other versions of it. text: as published; None: its rows are taken by their word."""
    covered = coverage(policy, config, vendors)
    rows = tuple(cited_rows(policy))
    versions = ((f"{one.id} {one.version}", one) for one in (*beside, policy))
    wrong = () if text is None else misquoted(policy, text)
    return Review(
        policy=policy,
        covered=covered,
        rows=tuple(place for place, _ in rows),
        derived=tuple(place for place, row in rows if row.mark == "derived"),
        gaps=(*clashes(versions), *gaps(policy, covered), *wrong),
        notes=tuple(notes(policy, covered)),
    )
