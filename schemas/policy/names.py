"""What the rows of a policy file are called, so that errors and reports name them as their author does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from schemas.policy.rows import Cited

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = (("id",), ("to",), ("under", "action"))
"""What tells a row from its neighbours: the first of these that it has."""


def place_of(data: Any, steps: Sequence[int | str]) -> str:
    """The way to a field as text, rows by their names where they have one: `purposes.surveys.bases`."""
    words = []
    for step in steps:
        inside = _step(data, step)
        words.append(str(_name(inside) or step) if isinstance(step, int) else step)
        data = inside
    return ".".join(words)


def cited_rows(part: Any, place: str = "") -> Iterator[tuple[str, Cited]]:
    """Every cited row in a part of a policy, with its place as `place_of` writes it."""
    if isinstance(part, Cited):
        yield place, part
    for step, inside in _children(part):
        yield from cited_rows(inside, f"{place}.{step}".lstrip("."))


def _children(part: Any) -> Iterator[tuple[object, Any]]:
    if isinstance(part, BaseModel):
        yield from ((name, getattr(part, name)) for name in type(part).model_fields)
    elif isinstance(part, Mapping):
        yield from part.items()
    elif isinstance(part, tuple):
        yield from ((_name(row.__dict__) or place, row) for place, row in enumerate(part) if isinstance(row, Cited))


def _name(row: Any) -> str | None:
    if not isinstance(row, Mapping):
        return None
    names = ("-".join(str(row[key]) for key in keys if isinstance(row.get(key), str | int)) for keys in _NAMES)
    return next(filter(None, names), None)


def _step(data: Any, step: int | str) -> Any:
    try:
        return data[step]
    except (LookupError, TypeError):
        return None
