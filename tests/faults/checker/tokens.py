"""The readable pieces of any bytes, so that whoever is named in them is found."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 6
"""Letters; a shorter identity can't be told from other words."""
_PIECE = re.compile(rb"[A-Za-z0-9@._%+\-]{6,}")
_HASH = re.compile(rb"[0-9a-f]{32,}")


def pieces(data: bytes) -> set[bytes]:
    """Lower case; hashes left out, as no identity looks like that."""
    found = {piece.lower().replace(b"%40", b"@").replace(b"%2b", b"+") for piece in set(_PIECE.findall(data))}
    return {piece for piece in found if not _HASH.fullmatch(piece)}


class Identities:
    """Everything by which somebody could be named, found anywhere inside a piece."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """`values`: identity → whose it is."""
        self._of: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for value, whose in values.items():
            name = value.strip().lower().encode()
            if len(name) >= SHORTEST:
                self._of[name[:SHORTEST]].append((name, whose))

    def named_in(self, some: Iterable[bytes]) -> Iterator[str]:
        """Whose identities stand in these pieces; each once."""
        found: set[str] = set()
        for piece in some:
            for start in range(len(piece) - SHORTEST + 1):
                for name, whose in self._of.get(piece[start : start + SHORTEST], ()):
                    if whose not in found and piece.startswith(name, start):
                        found.add(whose)
                        yield whose


def identities_of(person: Mapping[str, Any]) -> list[str]:
    """Every text in a row of people.json, but for what only says where the vendors have them."""
    return [value for name, value in person.items() if isinstance(value, str) and name not in {"crm", "lists"}]
