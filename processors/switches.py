"""Which purposes a vendor can't tell apart: they go on and off together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from processors.vendors.base import Vendor


@dataclass(frozen=True, slots=True)
class Switches:
    """one: a single switch for the person. shared: purpose → the others that some switch of it stands for, too."""

    one: bool = False
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.one or bool(self.shared)

    def join(self, purpose: str, other: str) -> bool:
        """Whether to switch one of them is to switch the other."""
        return self.one or purpose == other or other in self.shared.get(purpose, ())


APART, TOGETHER = Switches(), Switches(one=True)


def switches_of(vendor: Vendor | type[Vendor]) -> Switches:
    """By the vendor's API and, of an adapter with options, by what these say stands for each purpose."""
    if not vendor.per_purpose:
        return TOGETHER
    return APART if isinstance(vendor, type) else Switches(shared=_shared(vendor.options.switches))


def _shared(switches: Mapping[str, Collection[Hashable]]) -> dict[str, frozenset[str]]:
    shared = {
        purpose: frozenset(other for other in switches if other != purpose and not mine.isdisjoint(switches[other]))
        for purpose, mine in ((purpose, set(found)) for purpose, found in switches.items())
    }
    return {purpose: others for purpose, others in shared.items() if others}
