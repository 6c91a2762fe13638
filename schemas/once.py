"""What is made once for each class and kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def once(function: Callable[P, T]) -> Callable[P, T]:
    """`functools.cache` with the function's own types: mypy takes classes of several families for no key."""
    return cast("Callable[P, T]", cache(function))
