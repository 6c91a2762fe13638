"""What adapters share whose tokens are had by OAuth 2."""

from __future__ import annotations

from processors.vendors.base import Options


class OAuthOptions(Options):
    """`token_url`: where tokens are had, if not at the vendor's usual address."""

    token_url: str | None = None
