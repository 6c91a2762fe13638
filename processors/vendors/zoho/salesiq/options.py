"""What a connection to Zoho SalesIQ is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.vendors.zoho.accounts import ZohoOptions


class SalesiqOptions(ZohoOptions):
    """`screen_name`: of the portal, as in its address. departments: ids of all of them.

    Without a department only that of the token's operator would be searched. channel: where the chats come from.
    """

    screen_name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    departments: tuple[Annotated[str, Field(pattern=r"^\d{1,32}$")], ...] = Field(min_length=1)
    channel: Literal["website", "ios", "android", "emailsignature"] = "website"

    @property
    def path(self) -> str:
        return f"/api/v2/{self.screen_name}/conversations"
