"""What a connection to Mailchimp is told."""

from __future__ import annotations

from pydantic import Field

from processors.vendors.mailing_lists import ListOptions

DATA_CENTRE = r"[a-z]{2,4}\d{1,3}"


class MailchimpOptions(ListOptions):
    """`data_centre`: what the API key ends with, `us21`. A list is an audience, its id is in its settings."""

    data_centre: str = Field(pattern=f"^{DATA_CENTRE}$")
