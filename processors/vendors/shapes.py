"""What an answer must have where it says that there is nothing: what is no list, or no object, is no empty one."""

from __future__ import annotations

from typing import Any


def rows(body: Any, key: str) -> list[Any]:
    """The list that stands there.

    Raises:
        LookupError, TypeError: there is nothing, or the body has no keys.
        ValueError: something else. In an empty object or text nobody would be found, either.

    """
    return listed(body[key])


def listed(found: Any) -> list[Any]:
    """The same. Raises ValueError: it is no list."""
    if not isinstance(found, list):
        raise ValueError("is no list")  # noqa: TRY004 - for the engine it is a value of the vendor's
    return found


def keyed(found: Any) -> dict[str, Any]:
    """An object. Raises ValueError: it is none."""
    if not isinstance(found, dict):
        raise ValueError("is no object")  # noqa: TRY004 - as above
    return found
