"""Patches for the product from outside: a name that isn't there any more is an error, not a patch without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(what was there)` in place of a module's or class's own `name`.

    Raises:
        LookupError: there is no such name.

    """
    if name not in vars(owner):
        raise LookupError(f"{owner.__name__} has no {name} any more: the fault that was to be put there must follow")
    setattr(owner, name, make(getattr(owner, name)))
