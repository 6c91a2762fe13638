"""What a connection to Zoho Books is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.zoho.accounts import ZohoOptions


class BooksOptions(ZohoOptions):
    """`organization_id`: whose books; keep_years: so many years after the end of its own a document must be kept.

    more_contact_persons: whether contacts may have others than their first one. Zoho's search doesn't look among
    them, so that whom it doesn't find is a task, and no `no_match`.
    """

    organization_id: str = Field(pattern=r"^\d+$")
    keep_years: int = Field(ge=1, le=50)
    more_contact_persons: bool = True

    @property
    def account(self) -> dict[str, str]:
        """Which books, as each call's query says it."""
        return {"organization_id": self.organization_id}
