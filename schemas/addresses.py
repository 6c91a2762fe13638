"""Addresses of other systems, and whether what goes there can be read on its way."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_here(host: str) -> bool:
    """This machine, so that nothing sent there crosses a network."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def goes_readable(url: str) -> bool:
    """Whether it is http to somewhere else."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_here(parts.hostname or "")
