"""What a connection to Amplitude is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.vendors.base import Options


class AmplitudeOptions(Options):
    """`region`: where the project is kept. requester: who Amplitude notes, and tells its admins, as asking."""

    region: Literal["us", "eu"] = "us"
    requester: str = Field(default="consent-relay", min_length=1, max_length=100)
