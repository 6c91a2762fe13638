"""What of a Kafka record is in the tree: all that a reader is told of it but its offset.

A copy of the log elsewhere, or one that was restored, has other offsets, because the markers of transactions count
too; so a record's place in the tree is its number among the records.

The bytes: timestamp (int64, ms since 1970), length of the key, length of the value (int32; -1: there is none), number
of headers (int32), key, value; then of each header length of its name, of its value (int32), name in UTF-8, value.
All numbers big-endian. The leaf is the SHA-256 of 0x00 and these bytes.
"""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIXED = Struct(">cqiii")
_HEADER = Struct(">ii")
_ABSENT = -1


def leaf_of(
    timestamp: int, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]
) -> bytes:
    """The record's leaf hash."""
    fixed = _FIXED.pack(b"\x00", timestamp, _length(key), _length(value), len(headers))
    data = fixed + (key or b"") + (value or b"")
    return sha256(data + b"".join(_header(*header) for header in headers) if headers else data).digest()


def _header(name: str, value: bytes | None) -> bytes:
    encoded = name.encode()
    return _HEADER.pack(len(encoded), _length(value)) + encoded + (value or b"")


def _length(data: bytes | None) -> int:
    return _ABSENT if data is None else len(data)
