"""What a connection to Google Ads is told."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from processors.vendors.audiences import AudienceOptions
from processors.vendors.base import Polled

MOST_LISTS = 10
"""Destinations in one request."""
_Account = Annotated[str, Field(pattern=r"^\d{10}$")]


class GoogleAdsOptions(AudienceOptions, Polled):
    """`account_id`: the customer's ten digits, without dashes; `lists`: purpose → id of its customer list.

    login_account_id: the manager account by which the service account gets in. terms_accepted: the Customer Match
    terms are; without them no grant can be carried out. `lists` and `other_lists` have at most ten between them.
    """

    account_id: _Account
    login_account_id: _Account | None = None
    terms_accepted: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.every_list) > MOST_LISTS:
            message = f"lists and other_lists: more than {MOST_LISTS}; make another connection for the rest"
            raise ValueError(message)
        return self
