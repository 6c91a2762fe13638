"""What a connection to Iterable is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field as Described

from processors.vendors.base import Options
from processors.vendors.mailing_lists import require_all

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from processors.vendors.base import Instruction


class IterableOptions(Options):
    """`host`: the data centre's. message_types: purpose → channel → ids of the message types that stand for it."""

    host: Literal["api.iterable.com", "api.eu.iterable.com"] = "api.iterable.com"
    message_types: dict[str, dict[Literal["email", "push", "sms"], tuple[int, ...]]] = Described(min_length=1)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {
            purpose: [one for types in by_channel.values() for one in types]
            for purpose, by_channel in self.message_types.items()
        }

    def types_of(self, instruction: Instruction) -> set[int]:
        """The message types of its purposes, by its channels; of every purpose when it takes away altogether."""
        cells = instruction.cells
        if instruction.all_purposes and instruction.action != "grant":
            cells = frozenset((purpose, channel) for purpose in self.message_types for _, channel in cells)
        known = self.message_types
        return {one for purpose, channel in cells for one in known.get(purpose, {}).get(channel, ())}  # type: ignore[call-overload]

    def require_all(self, instruction: Instruction) -> None:
        require_all(instruction.purposes, self.message_types, "message_type")
