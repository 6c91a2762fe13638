"""What a connection to Data Rights Protocol 1.0 is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from processors.vendors.base import Options

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")]
DirectoryId = Annotated[str, StringConstraints(pattern=r"^[A-Z_]+$")]
"""Section 3.05."""
Right = Literal["deletion", "sale:opt-out", "sale:opt-in"]


class DrpOptions(Options):
    """url: `api_base` of the business in the Service Directory; agent_id, business_id: ours and its there.

    token_url: another address for tokens. sale: the purposes that are a sale or sharing with this business. offers:
    its `supported_actions`. regime: `ccpa`; left out, it is asked to do it of its own will. verified: identities that
    we have verified as the network's rules want it. poll_s: when to ask about a request first, s.
    """

    url: Url
    agent_id: DirectoryId
    business_id: DirectoryId
    token_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    sale: tuple[str, ...] = ()
    offers: tuple[Right, ...] = ("deletion", "sale:opt-out", "sale:opt-in")
    regime: Literal["ccpa"] | None = None
    verified: tuple[Literal["email", "phone"], ...] = ()
    poll_s: float = Field(default=3600.0, ge=0.1)

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        """A person is out of sale or in: all purposes that are one go together."""
        return dict.fromkeys(self.sale, ("sale",))
