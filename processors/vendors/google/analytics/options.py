"""What a connection to Google Analytics 4 is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.base import Options


class AnalyticsOptions(Options):
    """`property_ids`: numbers of the GA4 properties (Admin → Property details), not `G-…` or `UA-…`."""

    property_ids: tuple[Annotated[str, Field(pattern=r"^\d+$")], ...] = Field(min_length=1)
