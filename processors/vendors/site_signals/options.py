"""What a site's connection is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.base import Options


class SiteOptions(Options):
    """`origins`: the pages' own addresses, as browsers send them: scheme, host, port; nobody else's page may ask."""

    origins: tuple[Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:\d+)?$")], ...] = Field(min_length=1)
