"""Zoho CRM: a ref is a record and its module, `Contacts:ID`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from processors.vendors.batches import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def module_of(ref: str) -> str:
    return ref.partition(":")[0]


def id_of(ref: str) -> str:
    return ref.partition(":")[2]


def by_module(refs: Iterable[str], at_once: int) -> list[tuple[str, Sequence[str]]]:
    """The same, of one module each."""
    modules: dict[str, list[str]] = defaultdict(list)
    for ref in refs:
        modules[module_of(ref)].append(ref)
    return [(module, some) for module, mine in modules.items() for some in chunks(mine, at_once)]
