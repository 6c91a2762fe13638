"""What a connection to Google Analytics 4 is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.base import Options


class AnalyticsOptions(Options):
    """`property_ids`: numbers of the GA4 properties (Admin → Property details), not `G-…` or `UA-…`.

    user_provided_data: they collect addresses and phone numbers, by which people are then deleted, too.
    """

    property_ids: tuple[Annotated[str, Field(pattern=r"^\d+$")], ...] = Field(min_length=1)
    user_provided_data: bool = False
