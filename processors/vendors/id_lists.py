"""For vendors that take many people's ids in one call: whose each is, and how many go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Result, Vendor
from schemas.errors import MissingIdentity, VendorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from processors.vendors.base import Instruction


class IdLists(Vendor):
    """An adapter whose batches are weighed by ids (`Capability.batch_ids`)."""

    def weight(self, instruction: Instruction) -> int:
        """How many ids the person adds."""
        return len(instruction.known(*self.identifies_by))


def named(
    instructions: Sequence[Instruction], *types: str
) -> tuple[dict[str, tuple[str, ...]], dict[str, Result | VendorError]]:
    """delivery_id → what the person is called by these types; and why somebody can't be named."""
    people: dict[str, tuple[str, ...]] = {}
    without: dict[str, Result | VendorError] = {}
    for one in instructions:
        try:
            people[one.delivery_id] = one.need(*types)
        except MissingIdentity as error:
            without[one.delivery_id] = error
    return people, without


def every(people: Mapping[str, Iterable[str]]) -> list[str]:
    """All their names, none twice."""
    return list(dict.fromkeys(name for names in people.values() for name in names))
