"""What a connection to Microsoft 365 is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.oauth import OAuthOptions


class MicrosoftOptions(OAuthOptions):
    """tenant: id of the directory, or a domain of it.

    guests: accounts of guests may be deleted. member_domains: so may those of members whose address is of one of
    these domains; that of any other member is left to a person, as it may be a colleague's. purge: deleted accounts
    are deleted for good at once, as far as Microsoft lets the app; else that comes after 30 days.
    """

    tenant: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,253}$")
    guests: bool = True
    member_domains: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")], ...] = ()
    purge: bool = False
