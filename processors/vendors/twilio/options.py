"""What a connection to Twilio is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from processors.vendors.base import Options

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

Sender = Annotated[str, Field(pattern=r"^(MG[0-9a-f]{32}|\+?\d{3,15})$")]


class TwilioOptions(Options):
    """`account_sid`: whose messages and calls; senders: purpose → the messaging service (`MG...`) or number it uses.

    source: how consent is collected, as Twilio wants it told.
    """

    account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    senders: dict[str, Sender] = Field(min_length=1)
    source: Literal["website", "offline", "opt-in-message", "opt-out-message", "others"] = "others"

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        return {purpose: (one,) for purpose, one in self.senders.items()}
