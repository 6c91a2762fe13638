"""What a connection to Data Rights Protocol 1.0 is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from processors.vendors.base import Polled

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")]
DirectoryId = Annotated[str, StringConstraints(pattern=r"^[A-Z_]+$")]
"""Section 3.05."""
Right = Literal["deletion", "sale:opt-out", "sale:opt-in"]


class DrpOptions(Polled):
    """url: `api_base` of the business in the Service Directory; agent_id, business_id: ours and its there.

    token_url: another address for tokens. sale: the purposes that are a sale or sharing with this business. offers:
    its `supported_actions`. regime: `ccpa`; left out, it is asked to do it of its own will. verified: identities that
    we have verified as the network's rules want it.
    """

    url: Url
    agent_id: DirectoryId
    business_id: DirectoryId
    token_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    sale: tuple[str, ...] = ()
    offers: tuple[Right, ...] = ("deletion", "sale:opt-out", "sale:opt-in")
    regime: Literal["ccpa"] | None = None
    verified: tuple[Literal["email", "phone"], ...] = ()

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        """A person is out of sale or in: all purposes that are one go together."""
        return dict.fromkeys(self.sale, ("sale",))
