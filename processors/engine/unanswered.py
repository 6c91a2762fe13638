"""What it means that a request got no answer. Texts of those errors may hold the URL: only a word goes on."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from schemas.errors import VendorUnavailable, VendorUnreachable

log = logging.getLogger(__name__)
# https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_CERTIFICATES = {
    9: "certificate_not_valid_yet",
    10: "certificate_expired",
    62: "certificate_of_another_host",
    64: "certificate_of_another_host",
}


def unanswered(error: Exception) -> VendorUnavailable:
    """The error for whatever the HTTP client raised instead of an answer."""
    match error:
        case TimeoutError():
            return VendorUnavailable("timeout")
        case aiohttp.ClientConnectorCertificateError():
            return VendorUnreachable(_certificate(error.certificate_error))
        case aiohttp.ClientConnectorSSLError():
            return VendorUnreachable("tls_failed")
        case aiohttp.ClientConnectorError():
            return VendorUnreachable("unreachable")
        case HttpProcessingError() | aiohttp.ClientResponseError():
            return VendorUnavailable("answer_is_no_http")
        case aiohttp.ClientError() | OSError() | asyncio.IncompleteReadError():
            return VendorUnavailable("connection_reset")
    log.error("no answer: %s", type(error).__name__)
    return VendorUnavailable("no_answer")


def _certificate(error: Exception) -> str:
    return _CERTIFICATES.get(getattr(error, "verify_code", 0), "certificate_untrusted")
