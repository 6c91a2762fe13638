"""The base of all contracts, and the parts that several of them share. Avro twins: `avro/*.avsc`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import InvalidRecord

if TYPE_CHECKING:
    from collections.abc import Callable

C = TypeVar("C", bound="Contract")
_put_values = vars(BaseModel)["__dict__"].__set__
"""A frozen model is filled past its own guard, as pydantic itself does."""
_KEY = re.compile(r"[\w. -]{1,64}")


class Record:
    """What has an Avro schema: a `Contract`, or `schemas.kept.Kept`."""

    __slots__ = ()

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Self:
        """Build the record from decoded Avro or JSON.

        Raises:
            InvalidRecord: naming the first field that breaks a rule, never its value.

        """
        raise NotImplementedError


class Contract(BaseModel, Record):
    """A frozen record. Field for field the same as its Avro schema; a test keeps the two equal."""

    # Inputs hold identities: they must never be repeated in an error text.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, ser_json_bytes="base64")

    if not TYPE_CHECKING:  # else any name would pass for an attribute

        def __getattr__(self, name: str) -> Any:
            """What pydantic keeps beside the values, of a record that `maker` made: asked for by the way, if ever."""
            match name:
                case "__pydantic_fields_set__":
                    return set(type(self).model_fields)
                case "__pydantic_extra__" | "__pydantic_private__":
                    return None
            return super().__getattr__(name)

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Self:
        """As `Record.parse`."""
        try:
            checked: Self = cls.__pydantic_validator__.validate_python(data)  # model_validate without its options
        except ValidationError as error:
            raise invalid(error) from None
        return checked


def invalid(error: ValidationError) -> InvalidRecord:
    """Turn pydantic's error into ours: the first field and its rule, without any input."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    steps = (str(step) for step in first["loc"])
    path = ".".join(step if _KEY.fullmatch(step) else "?" for step in steps) or None  # an unknown key is input too
    message = "unknown field" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        message = "is missing"
    if path is None and ": " in message:  # a rule over several fields names the one to mend itself
        path, message = message.split(": ", 1)
    return InvalidRecord(message, field=path)


def defaults_of(contract: type[Contract]) -> dict[str, Any]:
    """The values of the fields that may be left out."""
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in contract.model_fields.items()
        if not field.is_required()
    }


def maker(contract: type[C]) -> Callable[[dict[str, Any]], C]:
    """Return what makes a record of a dict with all its fields, without checks. The dict is the record's then.

    For values that our own code made from checked ones: checking them once more costs more than making the record.
    """
    new = object.__new__

    def make(values: dict[str, Any]) -> C:
        record = new(contract)
        _put_values(record, values)  # what else pydantic keeps would take as long again: see __getattr__
        return record

    return make


class Sealed(Contract):
    """AES-256-GCM: 12 bytes nonce, then ciphertext and tag."""

    key_id: str
    bytes: bytes  # noqa: A003 - the contract's own name for it


class PolicyRef(Contract):
    """The policy version that was applied; both hashes are hex SHA-256."""

    id: str
    version: str
    sha256: str
    text_sha256: str
