"""What the vendors' ledgers say, person by person."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.adapters import ADAPTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from checker.adapters import Change


class Call(NamedTuple):
    """One change that a connection has accepted. request: the same for the very same call; at: µs."""

    change: Change
    request: str
    at: int


def calls_of(entries: Iterable[Mapping[str, Any]], adapter: str, names: Mapping[str, str]) -> dict[str, list[Call]]:
    """By person's key, in the order in which they were made. names: identity → key, for whom no vendor knew."""
    found: dict[str, list[Call]] = defaultdict(list)
    for entry in entries:
        for person in entry["people"]:
            for change in ADAPTERS[adapter].changes(entry, person):
                found[names.get(person, person)].append(Call(change, entry["request"], entry["at"]))
    return found
