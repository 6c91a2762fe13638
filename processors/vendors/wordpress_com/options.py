"""What a connection to WordPress.com is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.base import Options


class WordpressOptions(Options):
    """site: its id or domain; reassign_to: id of the user who is given the posts of a user that is deleted.

    most_pages: of 100 comments, read of each status at the most.
    """

    site: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,253}$")
    reassign_to: int = Field(ge=1)
    most_pages: int = Field(default=500, ge=1, le=10_000)

    @property
    def root(self) -> str:
        return f"/rest/v1.1/sites/{self.site}"
