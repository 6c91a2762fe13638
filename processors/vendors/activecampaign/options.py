"""What a connection to ActiveCampaign is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.mailing_lists import PurposeLists


class ActiveCampaignOptions(PurposeLists):
    """`account`: the first part of the API's address, as Settings → Developer shows it."""

    account: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
