"""What a connection to Wix is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.vendors.base import Options


class WixOptions(Options):
    """site: id of the site; opt_in: how consent is collected, as Wix is told with a grant."""

    site: str = Field(pattern=r"^[0-9a-f-]{36}$")
    opt_in: Literal["SINGLE_CONFIRMATION", "DOUBLE_CONFIRMATION"] = "SINGLE_CONFIRMATION"

    @property
    def headers(self) -> dict[str, str]:
        """Which site, as each call says it: an API key is an account's."""
        return {"wix-site-id": self.site}
