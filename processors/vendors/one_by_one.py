"""For acts that take several calls on each of several records: one record's failure keeps the act from no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from processors.vendors.calls import gravest
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from processors.vendors.base import Step

T = TypeVar("T")
R = TypeVar("R")


def each(several: Iterable[T], act: Callable[[T], Generator[Step, Any, R]]) -> Generator[Step, Any, list[R]]:
    """What the act gave for each, in their order.

    Raises:
        VendorError: the gravest of those that it ended with, when all have been tried.

    """
    gave: list[R] = []
    errors: list[VendorError] = []
    for one in several:
        try:
            gave.append((yield from act(one)))
        except VendorError as error:
            errors.append(error)
    if (worst := gravest(errors)) is not None:
        raise worst
    return gave
