"""Texts of a configuration with `{placeholders}`: a value that is put in stays a value, wherever it stands.

Only the configuration's text is parsed, never a value. In a path a value is percent-encoded (RFC 3986 section 2), and
one that a server might take for more than one segment, or for none, is refused. In JSON it is a string of its own;
a leaf that is one placeholder is a list or a boolean where the value is one. Query and form the engine encodes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Any
from urllib.parse import quote

from schemas.errors import VendorRefused

FORMS = ("sha256", "md5", "e164")
_NAME = re.compile(rf"([a-z][a-z0-9_]*)(?:\.({'|'.join(FORMS)}))?")
Value = str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A placeholder: `{email}`, or with the form in which the value is wanted, `{email.sha256}`."""

    name: str
    form: str = ""


@lru_cache
def parts(text: str) -> tuple[str | Field, ...]:
    """The text as literals and placeholders; `{{` and `}}` stand for braces.

    Raises:
        ValueError: saying what is wrong with it.

    """
    found: list[str | Field] = []
    for literal, name, spec, conversion in _parsed(text):
        found += [literal] if literal else []
        if name is None:
            continue
        match = _NAME.fullmatch(name)
        if match is None or spec or conversion:
            message = f"{{{name}}} is no placeholder: write a name, perhaps with .{', .'.join(FORMS)} behind it"
            raise ValueError(message)
        found.append(Field(match[1], match[2] or ""))
    return tuple(found)


def fields(template: Any) -> frozenset[Field]:
    """All placeholders of a text, or of a table of them. Raises ValueError as `parts` does."""
    if isinstance(template, str):
        return frozenset(part for part in parts(template) if isinstance(part, Field))
    several = template.values() if isinstance(template, Mapping) else template if isinstance(template, list) else ()
    return frozenset(field for one in several for field in fields(one))


def as_text(text: str, values: Mapping[Field, Value]) -> str:
    """Filled in as it stands: for places where somebody else encodes."""
    return "".join(part if isinstance(part, str) else _written(values[part]) for part in parts(text))


def as_path(text: str, values: Mapping[Field, Value]) -> str:
    """Filled in and percent-encoded.

    Raises:
        VendorRefused: with this value it could be read as another path.

    """
    path = "".join(part if isinstance(part, str) else _segment(_written(values[part])) for part in parts(text))
    if {".", ".."} & set(path.split("/")):
        raise VendorRefused("identity_not_encodable")
    return path


def as_json(template: Any, values: Mapping[Field, Value]) -> Any:
    """The same table with its texts filled in."""
    if isinstance(template, Mapping):
        return {key: as_json(one, values) for key, one in template.items()}
    if isinstance(template, list):
        return [as_json(one, values) for one in template]
    if not isinstance(template, str):
        return template
    only = parts(template)
    if len(only) == 1 and isinstance(only[0], Field):
        value = values[only[0]]
        return list(value) if isinstance(value, tuple) else value
    return as_text(template, values)


def _parsed(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(text))
    except ValueError:
        message = "has a brace without its other one: write {{ or }} for a brace that is meant"
        raise ValueError(message) from None


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else ",".join(value)


def _segment(value: str) -> str:
    # Servers that decode %2F before they route would see another path; without anything it is the collection's.
    if not value.strip() or not value.isprintable() or re.search(r"[/\\]", value):
        raise VendorRefused("identity_not_encodable")
    return quote(value, safe="")
