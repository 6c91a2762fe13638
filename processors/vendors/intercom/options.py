"""What a connection to Intercom is told, and what that makes of an instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from processors.vendors.base import Options

if TYPE_CHECKING:
    from processors.vendors.base import Instruction

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping


class IntercomOptions(Options):
    """`region`: where the workspace's data are. subscriptions: purpose → id of the subscription type for it.

    external_id: type of the identity that Intercom has as `external_id`, if it has one.
    search_lag_s: whom the search doesn't find is looked up again after so many s (above 25 the person is parked
    meanwhile); 0: one look is enough.
    """

    region: Literal["us", "eu", "au"] = "us"
    subscriptions: dict[str, Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]] = Field(min_length=1)
    external_id: str | None = None
    search_lag_s: float = Field(default=20.0, ge=0, le=600)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {purpose: (one,) for purpose, one in self.subscriptions.items()}

    def fields_of(self, instruction: Instruction) -> list[tuple[str, str]]:
        """(Intercom's field, value) of each identity. Raises MissingIdentity: the event had none that it knows."""
        fields = {"email": "email", **({self.external_id: "external_id"} if self.external_id else {})}
        instruction.need(*fields)
        return list(dict.fromkeys((fields[one.type], one.value) for one in instruction.known(*fields)))

    def types_of(self, instruction: Instruction) -> list[str]:
        """The subscription types of its purposes, as far as they are known."""
        return [self.subscriptions[purpose] for purpose in instruction.purposes if purpose in self.subscriptions]
