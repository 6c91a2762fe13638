"""What Zoho's products share: data centres, and OAuth.

Hosts per data centre: https://www.zoho.com/crm/developer/docs/api/v8/multi-dc.html
A wrong data centre answers like a wrong token. Canada and others: give `base_url` and `accounts_url`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from processors.vendors.base import Options, Vendor


class ZohoOptions(Options):
    """`accounts_url`: where tokens are had, if not at accounts.zoho.<data_centre>."""

    data_centre: Literal["com", "eu", "in", "com.au", "jp", "com.cn", "sa"] = "com"
    accounts_url: str | None = None


class Zoho(Vendor):
    auth = "zoho_oauth"
    token_scheme = "Zoho-oauthtoken"
    options_type: ClassVar[type[Options]] = ZohoOptions
    options: ZohoOptions

    @property
    def token_url(self) -> str:
        accounts = self.options.accounts_url or f"https://accounts.zoho.{self.options.data_centre}"
        return f"{accounts.rstrip('/')}/oauth/v2/token"
