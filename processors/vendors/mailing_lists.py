"""For vendors that keep purposes apart by mailing lists: which lists an instruction is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

from pydantic import Field

from processors.vendors.base import Options
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from processors.vendors.base import Instruction

ListId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
"""It becomes a part of paths: what is no plain id there would name something else."""


class PurposeLists(Options):
    """`lists`: purpose → id of the list that stands for it."""

    lists: dict[str, ListId] = Field(min_length=1)

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
        return known or self._refuse()

    def require_all(self, instruction: Instruction) -> None:
        """A grant is refused before anything is done, a withdrawal when what is known is done.

        Raises:
            VendorRefused: one of its purposes has no list, and it doesn't take away altogether.

        """
        altogether = instruction.all_purposes and instruction.action != "grant"
        if not altogether and not set(instruction.purposes) <= set(self.lists):
            self._refuse()

    @staticmethod
    def _refuse() -> NoReturn:
        raise VendorRefused("no_list_for_purpose")


class ListOptions(PurposeLists):
    """For vendors at which nothing but its lists reaches a person.

    other_lists: ids of all others that hold people. Who withdraws altogether or is erased is looked for there, too.
    """

    other_lists: tuple[ListId, ...] = ()

    @property
    def every_list(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.lists.values(), *self.other_lists)))
