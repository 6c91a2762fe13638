"""What a connection to OpenDSR 2.0 is told."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from processors.vendors.any_auth import Auth, Url  # noqa: TC001 - pydantic reads the annotations
from processors.vendors.base import Polled
from processors.vendors.opendsr.signed import Signer


class OpenDsrOptions(Polled):
    """Addresses, identities, and how the processor is known.

    url: with the major version (section 3.4), `https://opendsr.processor.example/v2`. domain: the processor's, as in
    `X-OpenDSR-Processor-Domain`.
    certificate: PEM, from the `processor_certificate` of the processor's /discovery; answers and callbacks are then
    checked with it. callback_url: where the processor shall call us, `.../callbacks/<connection>`.
    identity_types: our type of an identity → the protocol's. identity_format: `sha256` sends no identity readable.
    extension: what this processor wants besides, sent under its domain.
    """

    url: Url
    auth: Auth
    regulation: Literal["gdpr", "ccpa"]
    domain: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    certificate: str | None = None
    callback_url: Url | None = None
    identity_types: dict[str, str] = Field(
        default_factory=lambda: {"email": "email", "user_id": "controller_customer_id"}, min_length=1
    )
    identity_format: Literal["raw", "sha256"] = "raw"
    extension: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _checkable(self) -> Self:
        if self.callback_url is not None and self.certificate is None:
            message = "certificate: without it nobody could tell whether a callback is the processor's"
            raise ValueError(message)
        try:
            _ = self.signer
        except ValueError as error:
            message = f"certificate: {error}"
            raise ValueError(message) from None
        return self

    @property
    def signer(self) -> Signer | None:
        """Who signs answers and callbacks; None: nobody checks. Raises ValueError: the certificate is none."""
        return None if self.certificate is None else Signer(self.certificate, self.domain)
