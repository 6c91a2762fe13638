"""Records of which nearly all is known before the event: drafted and encoded once, and filled in for each event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from schemas.contract import Record
from schemas.kept import defaults_of, maker_of

if TYPE_CHECKING:
    from collections.abc import Mapping

C = TypeVar("C", bound=Record)
NOTHING: Mapping[str, Any] = {}


class Draft(Generic[C]):
    """A record but for the fields in `own`, which come with the event: in the contract's order, none or all of them.

    values: the other fields; those with a default may be left out. template: kept by the writer, the draft's encoding
    with `%b` for each of its own fields.
    """

    __slots__ = ("_make", "own", "template", "values")

    def __init__(self, contract: type[C], own: tuple[str, ...] = (), /, **values: Any) -> None:
        self.own = own
        self.values = defaults_of(contract) | values
        self.template: bytes | None = None
        self._make = maker_of(contract)

    def filled(self, own: Mapping[str, Any]) -> C:
        made: C = self._make(**{**self.values, **own})
        return made


class Series(Sequence[C]):
    """The records of one event that were drafted before: each made only when somebody looks at it.

    ids: of each its `delivery_id`, None where that is none of the draft's own fields; fills: of each its other own
    fields, in the contract's order. Records that have them in common share one mapping, which is encoded once.
    """

    __slots__ = ("drafts", "fills", "ids")

    def __init__(
        self,
        drafts: tuple[Draft[C], ...] = (),
        ids: Sequence[str | None] = (),
        fills: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.drafts = drafts
        self.ids = ids
        self.fills = fills

    def __len__(self) -> int:
        return len(self.drafts)

    @overload
    def __getitem__(self, place: int) -> C: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[C, ...]: ...
    def __getitem__(self, place: int | slice) -> C | tuple[C, ...]:
        if isinstance(place, slice):
            return tuple(self)[place]
        draft, delivery_id, fill = self.drafts[place], self.ids[place], self.fills[place]
        return draft.filled(fill if delivery_id is None else {"delivery_id": delivery_id, **fill})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Series, tuple)) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]
