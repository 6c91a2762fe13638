"""What a connection to Zoho Books is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.zoho.accounts import ZohoOptions


class BooksOptions(ZohoOptions):
    """`organization_id`: whose books; keep_years: so many years after the end of its own a document must be kept."""

    organization_id: str = Field(pattern=r"^\d+$")
    keep_years: int = Field(ge=1, le=50)

    @property
    def account(self) -> dict[str, str]:
        """Which books, as each call's query says it."""
        return {"organization_id": self.organization_id}
