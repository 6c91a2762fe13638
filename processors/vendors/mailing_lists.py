"""For vendors that keep purposes apart: which of their mailing lists, or the like, an instruction is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from processors.vendors.base import Options
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

    from processors.vendors.base import Instruction

ListId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
"""It becomes a part of paths: what is no plain id there would name something else."""


def require_all(purposes: Iterable[str], known: Collection[str], what: str) -> None:
    """A grant is refused before anything is done, a withdrawal when what is known is done.

    Raises:
        VendorRefused: `no_<what>_for_purpose`: one of the purposes isn't known.

    """
    if not set(purposes) <= set(known):
        raise VendorRefused(f"no_{what}_for_purpose")


class PurposeLists(Options):
    """`lists`: purpose → id of the list that stands for it."""

    lists: dict[str, ListId] = Field(min_length=1)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {purpose: (one,) for purpose, one in self.lists.items()}

    @property
    def every_list(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.lists.values()))

    def of(self, instruction: Instruction) -> tuple[str, ...]:
        """The lists of its purposes, as far as they are known; every one when it takes away altogether.

        Raises:
            VendorRefused: none of its purposes has a list.

        """
        if instruction.all_purposes and instruction.action != "grant":
            return self.every_list
        known = tuple(dict.fromkeys(self.lists[p] for p in instruction.purposes if p in self.lists))
        if not known:
            raise VendorRefused("no_list_for_purpose")
        return known

    def require_all(self, instruction: Instruction) -> None:
        """Raises VendorRefused: one of its purposes has no list, and it doesn't take away altogether."""
        altogether = instruction.all_purposes and instruction.action != "grant"
        if not altogether:
            require_all(instruction.purposes, self.lists, "list")


class ListOptions(PurposeLists):
    """For vendors at which nothing but its lists reaches a person.

    other_lists: ids of all others that hold people. Who withdraws altogether or is erased is looked for there, too.
    """

    other_lists: tuple[ListId, ...] = ()

    @property
    def every_list(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.lists.values(), *self.other_lists)))
