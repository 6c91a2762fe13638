"""A certificate for a vendor of the sandbox that signs what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

_LIFE = timedelta(days=365)


def self_signed(key: CertificateIssuerPrivateKeyTypes, domain: str, now: float, *, san: bool = True) -> str:
    """PEM, good for a year around `now` (s since 1970). san: without it the domain stands in the subject alone."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    at = datetime.fromtimestamp(now, UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _LIFE)
        .not_valid_after(at + _LIFE)
    )
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
