"""What a connection to Mixpanel is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.vendors.base import Options


class MixpanelOptions(Options):
    """`project_token`: which project, as its SDKs say it (no secret); region: where its data is kept.

    compliance: under which law people are deleted.
    """

    project_token: str = Field(pattern=r"^[A-Za-z0-9]{8,64}$")
    region: Literal["us", "eu", "in"] = "us"
    compliance: Literal["GDPR", "CCPA"] = "GDPR"
