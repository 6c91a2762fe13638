"""What a connection to Shopify is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.vendors.base import Options


class ShopifyOptions(Options):
    """shop: the name before `.myshopify.com`; opt_in: how consent is collected, as Shopify is told with a grant."""

    shop: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    opt_in: Literal["SINGLE_OPT_IN", "CONFIRMED_OPT_IN", "UNKNOWN"] = "UNKNOWN"
