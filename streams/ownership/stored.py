"""Records of a state topic, as a takeover finds them. What can't be read is never skipped: it may be all we know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from schemas.codec import C, decode
from schemas.errors import DataError, StateUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_OURS = re.compile(rb"![a-z]{1,20}|p\d\.[a-z0-9]{1,64}\|[0-9a-f-]{36,64}")


def stored(contract: type[C], key: bytes, value: bytes, topic: str, partition: int) -> C:
    """A record's value.

    Raises:
        StateUnreadable: no released schema reads it.

    """
    return readable(lambda: decode(contract, value), key, topic, partition)


def readable(read: Callable[[], T], key: bytes, topic: str, partition: int) -> T:
    """What `read` makes of the record under this key.

    Raises:
        StateUnreadable: it raises DataError or ValueError.

    """
    try:
        return read()
    except (DataError, ValueError):
        name = repr(key.decode()) if _OURS.fullmatch(key) else f"a key of {len(key)} bytes that is none of ours"
        raise StateUnreadable(
            f"{topic}[{partition}] holds a record under {name} that nobody can read: put it right, or write a "
            "tombstone for it if what it said may be lost"
        ) from None
