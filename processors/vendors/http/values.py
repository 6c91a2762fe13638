"""What stands for the placeholders of an in-house system's calls: a set of values for each call to be made."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from processors.vendors.http.templates import Field, Value
from processors.vendors.identifiers import e164, hashes, md5_lower, sha256_of
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from processors.vendors.base import Instruction

WORDS = frozenset({"delivery_id", "action", "purposes", "channels", "all_purposes", "purpose", "channel"})
"""What a call may say besides the person's identities."""
MOST_CALLS = 200
"""Of one instruction: they are made side by side, each identity of a type with each of the others."""
Values = dict[Field, Value]


def values_of(instruction: Instruction, used: Collection[Field], names: Mapping[str, str]) -> Iterator[Values]:
    """For each of the person's identities, and for each purpose and channel where a call is about one of them.

    names: the system's own names of purposes.

    Raises:
        MissingIdentity: the event had none of a type that is used.
        VendorRefused: one can't be written as it is wanted, or all of them together are more calls than MOST_CALLS.

    """
    cells = {(names.get(purpose, purpose), channel) for purpose, channel in instruction.cells}
    common: Values = {
        Field("delivery_id"): instruction.delivery_id,
        Field("action"): instruction.action,
        # A grant that names no purpose leaves out those that need one by name: it is never of everything.
        Field("all_purposes"): instruction.all_purposes and instruction.action != "grant",
        Field("purposes"): tuple(sorted({purpose for purpose, _ in cells})),
        Field("channels"): tuple(sorted({channel for _, channel in cells})),
    }
    words = [field for field in (Field("purpose"), Field("channel")) if field in used]
    each_cell = sorted({tuple(_of_cell(cell)[field] for field in words) for cell in cells}) if words else [()]
    types = sorted({field.name for field in used} - WORDS)
    people = [_of_identity(instruction, kind, {f.form for f in used if f.name == kind}) for kind in types]
    if len(each_cell) * prod(map(len, people)) > MOST_CALLS:
        raise VendorRefused("too_many_calls")
    for cell in each_cell:
        for several in product(*people):
            person = {field: value for one in several for field, value in one.items()}
            yield common | dict(zip(words, cell, strict=True)) | person


def _of_cell(cell: tuple[str, str]) -> dict[Field, str]:
    return {Field("purpose"): cell[0], Field("channel"): cell[1]}


def _of_identity(instruction: Instruction, kind: str, forms: Collection[str]) -> list[Values]:
    if set(forms) == {"sha256"}:  # for which one that was handed in hashed will do
        return [{Field(kind, "sha256"): value} for value in hashes(instruction, kind)]
    return [{Field(kind, form): _written(kind, form, raw) for form in forms} for raw in instruction.need(kind)]


def _written(kind: str, form: str, raw: str) -> str:
    match form:
        case "sha256":
            return sha256_of(kind, raw)
        case "md5":
            return md5_lower(raw)
        case "e164":
            return e164(raw)
        case _:
            return raw
