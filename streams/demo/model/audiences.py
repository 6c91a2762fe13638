"""Ads platforms as the demo's people must find them at the end: who is in the audience of which purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streams.demo.model.vendor import Terms, Vendor, purposes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from infra.sandbox import Person
    from schemas.records import Action
    from streams.demo.model.life import Cell


class Audiences(Vendor):
    """A call for each audience; none says whether the person was in it.

    at_once: one call takes people off all that there are. ends: what the vendor says of it at last.
    """

    channels = frozenset({"ads"})
    at_once: ClassVar[bool] = False
    ends: ClassVar[str] = "accepted"

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._all = sorted(person.lists)
        self._on = {purpose for purpose, state in person.lists.items() if state == "active"}

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        altogether = action == "delete" or (everything and action == "withdraw")
        purposes = self._all if altogether else purposes_of(cells)
        self._on = self._on | set(purposes) if action == "grant" else self._on - set(purposes)
        effect = "grant" if action == "grant" else "withdraw"
        self._step(*((effect, purpose) for purpose in (("*",) if altogether and self.at_once else purposes)))
        return self.ends

    def holds(self) -> dict[str, Any]:
        return {"audiences": dict.fromkeys(self._on, True)}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return {"audiences": {purpose: True for purpose, on in state["audiences"].items() if on}}


class MetaAds(Audiences):
    """Takes people off whatever audience of the account they are in."""

    at_once = True


class GoogleAds(Audiences):
    """Says how each request has ended."""

    ends = "executed"
