"""What a connection to Customer.io is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.vendors.base import Options


class CustomerIoOptions(Options):
    """`host`: the data centre's. identifiers: by which the workspace knows people; its `id` is our user_id."""

    host: Literal["track.customer.io", "track-eu.customer.io"] = "track.customer.io"
    identifiers: tuple[Literal["email", "user_id"], ...] = Field(min_length=1)
