"""What a connection to LinkedIn ads is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.audiences import AudienceOptions
from processors.vendors.oauth import OAuthOptions


class LinkedInOptions(AudienceOptions, OAuthOptions):
    """`lists`: purpose → id of its DMP segment; version: of the API, as year and month; each lives for a year."""

    version: str = Field(default="202604", pattern=r"^20\d{2}(0[1-9]|1[0-2])$")
