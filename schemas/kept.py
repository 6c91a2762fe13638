"""The base of what the relay writes for itself. Avro twins: `avro/*.avsc`, as those of contracts.

The values of a contract stand in a dict, those of such a record in slots: it takes a third of the room, and is made,
changed and read in a fraction of the time. Checked is what is parsed; what the relay makes of checked values is not.
`Contract` is for what stands in events and in files that come from outside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import msgspec

from schemas import contract
from schemas.contract import Contract, Record, maker
from schemas.errors import InvalidRecord

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE = re.compile(r" - at `\$\.(.*)`$")
_STEP = re.compile(r"\[(\d+)\]")
_LACKS = "Object missing required field"
_FIELD = re.compile(rf"({_LACKS}|in a contract) `([^`]+)`")


class Kept(Record, msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A frozen record, of plain values, contracts and others like it; the collector need not look at it."""

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Self:
        """As `Record.parse`."""
        try:
            return msgspec.convert(data, cls, dec_hook=_parsed)
        except msgspec.ValidationError as error:
            raise _invalid(str(error)) from None

    def changed(self, **changes: Any) -> Self:
        """The same with other values, which need no check."""
        return msgspec.structs.replace(self, **changes)


as_json = msgspec.json.Encoder(enc_hook=vars).encode
"""Anything of plain values, and records, to JSON."""


def as_dict(record: Record) -> dict[str, Any]:
    """The record as plain values: a dict, and so are the records in it; arrays are tuples, bytes stay bytes."""
    values: dict[str, Any] = msgspec.to_builtins(record, enc_hook=vars, builtin_types=(bytes,))
    return values


def stated(record: Record) -> dict[str, Any]:
    """As `as_dict`, without what is None."""
    return {name: value for name, value in as_dict(record).items() if value is not None}


def _parsed(kind: type[Contract], value: Any) -> Contract:
    try:
        return kind.parse(value)
    except InvalidRecord as error:  # the library adds where the contract stands
        raise ValueError(f"in a contract `{error.field}`") from None


def _invalid(told: str) -> InvalidRecord:
    """Of the library's words only the place counts: what is wrong there might be repeated in them."""
    at, of = _PLACE.search(told), _FIELD.match(told)
    steps = (at and _STEP.sub(r".\1", at[1]), of and of[2])
    message = "is missing" if of and of[1] == _LACKS else "is not as this release writes it"
    return InvalidRecord(message, field=".".join(filter(None, steps)) or None)


def fields_of(kind: type[Record]) -> dict[str, Any]:
    """Field → its type, in order."""
    if issubclass(kind, Contract):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if issubclass(kind, Kept):
        return {field.name: field.type for field in msgspec.structs.fields(kind)}
    raise TypeError(f"{kind.__name__} is no record")


def defaults_of(kind: type[Record]) -> dict[str, Any]:
    """The values of the fields that may be left out."""
    if issubclass(kind, Contract):
        return contract.defaults_of(kind)
    if issubclass(kind, Kept):
        said = {field.name: field.default for field in msgspec.structs.fields(kind)}
        return {name: value for name, value in said.items() if value is not msgspec.NODEFAULT}
    raise TypeError(f"{kind.__name__} is no record")


def maker_of(kind: type[Record]) -> Callable[..., Any]:
    """Return what makes a record of all its values by their names, without checks."""
    if not issubclass(kind, Contract):
        return kind
    make = maker(kind)
    return lambda **values: make(values)
