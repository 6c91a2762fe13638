"""What differs between two versions of a policy, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from schemas.policy.names import cited_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemas.policy import Policy

_HEAD = ("id", "version", "title", "controller", "address", "effective", "supersedes", "historic", "text_sha256")
_CITATION = frozenset({"lines", "mark", "note"})
"""They move with the text; only what a row says makes it another row."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is new, gone or different. place: as in the file; fields: name → what it was, what it is."""

    place: str
    kind: Literal["new", "gone", "changed"]
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    """All differences but those of lines, marks and notes: first the head, then what is new, changed and gone."""
    head = _different({name: getattr(old, name) for name in _HEAD}, {name: getattr(new, name) for name in _HEAD})
    yield from (Change(name, "changed", {name: values}) for name, values in head.items())
    before, after = _rows(old), _rows(new)
    yield from (Change(place, "new") for place in after if place not in before)
    for place, row in after.items():
        different = _different(before.get(place, row), row)
        if different:
            yield Change(place, "changed", different)
    yield from (Change(place, "gone") for place in before if place not in after)


def moved(old: Policy, new: Policy) -> int:
    """How many rows say the same, on other lines or with another mark or note."""
    before = dict(cited_rows(old))
    same = {change.place for change in changes(old, new)}
    return sum(place in before and row != before[place] and place not in same for place, row in cited_rows(new))


def _rows(policy: Policy) -> dict[str, dict[str, Any]]:
    """What each row says, without the rows inside it: those have places of their own."""
    return {
        place: row.model_dump(mode="json", by_alias=True, exclude={*_CITATION, "deletion"})
        for place, row in cited_rows(policy)
    }


def _different(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (old.get(name), new[name]) for name in new if old.get(name) != new[name]}
