"""What a connection to Zoho CRM is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.zoho.accounts import ZohoOptions


class CrmOptions(ZohoOptions):
    """`search_lag_s`: whom the search doesn't find is looked up again after so many s; 0: one look is enough.

    It must fit into the lane's time for quick tries: with more, whoever the vendor doesn't know would be parked.
    mass_delete_above: more records than that of one module in one batch go to Zoho's mass deletion, 500 in a call;
    None: never. Whether that starts the customer's own workflows is not documented (zoho_crm_jobs.py).
    job_poll_s: when to ask about such a job first, s.
    email_fields: API names of the fields that hold a person's own addresses. Where the search finds the address in
    another one, the record may be somebody else's: it is left alone, and the outcome is a task.
    """

    modules: tuple[str, ...] = Field(default=("Contacts", "Leads"), min_length=1)
    email_fields: tuple[str, ...] = Field(default=("Email", "Secondary_Email"), min_length=1)
    search_lag_s: float = Field(default=10.0, ge=0, le=25)
    mass_delete_above: int | None = Field(default=None, ge=0)
    job_poll_s: float = Field(default=10.0, ge=0.1)
