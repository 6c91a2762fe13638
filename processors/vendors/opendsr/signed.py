"""OpenDSR's signatures: base64, by the key of the processor's X.509 certificate, over the body as it came.

https://github.com/opengdpr/OpenDSR/blob/6c080e2/specification.md sections 4.2, 8.3, 8.6, 8.8; security_guidelines.md
there: SHA-256 over the raw body. It names no padding for RSA: PKCS #1 v1.5, as mParticle signs ("SHA256 RSA",
https://docs.mparticle.com/developers/apis/dsr-api/v3/#validating-a-callback-request).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPIRED, WRONG = "certificate_expired", "signature_is_wrong"
_NAMES = ("x-opendsr", "x-opengdpr")
"""Both must be honoured: section 10.1."""


class Signer:
    """A processor's certificate, pinned: whoever signs with its key is the processor."""

    def __init__(self, pem: str, domain: str) -> None:
        """Raises ValueError: it is no certificate of this domain, or its key is of no kind that signs here."""
        self._domain = domain.lower()
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if self._domain not in _domains(certificate):
            message = f"is no certificate of {domain}"
            raise ValueError(message)
        self._key, self._from = _key(certificate), certificate.not_valid_before_utc
        self._until = certificate.not_valid_after_utc

    def flaw(self, headers: Mapping[str, str], body: bytes, now: float) -> str | None:
        """Why it isn't signed so that it counts; None: it is. headers: names in lower case; now: s since 1970."""
        if not self._from <= datetime.fromtimestamp(now, UTC) <= self._until:
            return EXPIRED
        return None if self._has_signed(headers, body) else WRONG

    def _has_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        domain, signature = (_header(headers, part) for part in ("processor-domain", "signature"))
        if domain.strip().lower() != self._domain:
            return False
        try:
            given = base64.b64decode("".join(signature.split()), validate=True)
            if isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(given, body, padding.PKCS1v15(), SHA256())
            else:
                self._key.verify(given, body, ec.ECDSA(SHA256()))
        except (ValueError, InvalidSignature):
            return False
        return True


def _key(certificate: x509.Certificate) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        key = None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        message = "has no RSA or EC key"
        raise ValueError(message)  # noqa: TRY004 - for pydantic, which takes no TypeError
    return key


def _domains(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {name.lower() for name in names.get_values_for_type(x509.DNSName)}


def _header(headers: Mapping[str, str], part: str) -> str:
    return next((headers[f"{name}-{part}"] for name in _NAMES if f"{name}-{part}" in headers), "")
