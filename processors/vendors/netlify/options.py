"""What a connection to Netlify is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.vendors.base import Options


class NetlifyOptions(Options):
    """sites: ids of the sites whose forms people fill in; most_pages: of 100 submissions, of a site at the most."""

    sites: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")], ...] = Field(min_length=1)
    most_pages: int = Field(default=500, ge=1, le=10_000)
