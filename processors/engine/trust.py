"""Whose certificates are believed."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from schemas.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path


def trusting(ca_file: Path | None, variable: str, *, alone: bool = False) -> ssl.SSLContext:
    """For a client: the system's certificates and those of this file. alone: of the file, if there is one, only.

    variable: the end of the setting that names the file.

    Raises:
        SetupError: there are no certificates in the file.

    """
    try:
        context = ssl.create_default_context(cafile=ca_file if alone else None)
        if ca_file is not None and not alone:
            context.load_verify_locations(ca_file)
    except OSError as error:
        raise SetupError(
            f"no certificates can be read from {ca_file} ({error.strerror or type(error).__name__})",
            remedy=f"set CONSENT_RELAY_{variable} to a file with certificates in PEM, or leave it out",
        ) from None
    return context
