"""Connections that lead to the benchmark's own vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.sandbox.credentials import obtain, publish_account

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.vendor.process import Vendor

PROPERTY = "123456789"
NOWHERE = "http://127.0.0.1:9"
SECRETS = "secrets"
NO_LIMIT = 1_000_000.0
"""Factor on every limit of a connection (`LIMITS_SCALE`): here none of them may bind."""
_HEAD = """\
[controllers.oomnis]
policy = "oomnis"
"""
# The surge guard would hold back so many deletions at once.
_CONNECTION = """\
[connections.{lane}]
controller = "oomnis"
adapter = "google_analytics"
serves = ["google-analytics"]
mode = "live"
surge = "off"
base_url = "{url}"
concurrency = {concurrency}
options = {{ property_ids = ["{property}"] }}
secrets = {{ service_account = "google_service_account" }}
"""


def relay_toml(urls: Mapping[str, str], concurrency: int, more: str = "") -> str:
    """A `relay.toml` with these lanes (lane → base URL): a deletion reaches each of them with one call.

    more: further lines of each connection.
    """
    tables = (
        _CONNECTION.format(lane=lane, url=url, concurrency=concurrency, property=PROPERTY) + more
        for lane, url in urls.items()
    )
    return "\n".join([_HEAD, *tables])


def write_accounts(
    directory: Path, urls: Mapping[str, str], concurrency: int, vendor: Vendor, more: str = ""
) -> None:
    """Write `relay.toml` and the secrets that it names."""
    (directory / "relay.toml").write_text(relay_toml(urls, concurrency, more), "utf-8")
    publish_account(directory / SECRETS, obtain(None).service_account(vendor.token_url))
