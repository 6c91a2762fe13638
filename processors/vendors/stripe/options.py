"""What a connection to Stripe is told."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from processors.vendors.base import Options


class StripeOptions(Options):
    """erase: `redact` (all that Stripe shows of the customer, invoices and charges too), or `delete` (the customer).

    keep_years: so many years after the end of its own a document must be kept; `delete` asks for it.
    search: look customers up whose address is spelt with other capitals, too; not to be had in India.
    """

    erase: Literal["redact", "delete"] = "redact"
    keep_years: int | None = Field(default=None, ge=1, le=50)
    search: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.erase == "delete" and self.keep_years is None:
            message = "keep_years: is missing; a deletion leaves invoices and charges"
            raise ValueError(message)
        if self.erase == "redact" and self.keep_years is not None:
            message = 'keep_years: a redaction leaves no document; choose erase = "delete"'
            raise ValueError(message)
        return self
