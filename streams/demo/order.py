"""Whether a vendor was told things in their order: its ledger against the steps that the model expects.

A step may have been done twice (a worker died between call and commit); an older one may never follow a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Change = tuple[str, str]
"""(effect, purpose) as the ledger words it; no purpose where the vendor has none."""


def changes(ledger: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[Change]]:
    """(person's key, vendor) → what was changed there, in its order."""
    found: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for entry in ledger:
        change = (entry["effect"], entry["detail"].get("purpose", ""))
        for person in entry["people"]:
            found[person, entry["vendor"]].append(change)
    return found


def in_order(done: Sequence[Change], steps: Sequence[frozenset[Change]]) -> bool:
    """Whether the changes can be read as all the steps one after the other, none of them skipped or gone back to."""
    places = {-1}
    for change in done:
        places = {
            place
            for before in places
            for place in (before, before + 1)
            if 0 <= place < len(steps) and change in steps[place]
        }
    return len(steps) - 1 in places
