"""Servers that answer as no vendor should, byte for byte, and the certificates that they show."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    Talk = Callable[[StreamReader, StreamWriter], Awaitable[None]]

HOST = "127.0.0.1"


@asynccontextmanager
async def rogue(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server's address; `talk` has one connection to itself."""
    open_now: set[asyncio.Task[None]] = set()

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        open_now.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            open_now.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, HOST, 0, ssl=tls)
    try:
        yield f"http{'s' if tls else ''}://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        tasks = list(open_now)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def heard(reader: StreamReader) -> bytes:
    """One whole request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head + await reader.readexactly(int(length[1]) if length else 0)


def says(answer: bytes, *more: bytes, endless: bytes = b"", pause_s: float = 0.0) -> Talk:
    """Answers every request so, bytes after bytes; `endless` comes again and again; without it, hangs up."""

    async def talk(reader: StreamReader, writer: StreamWriter) -> None:
        await heard(reader)
        for part in (answer, *more):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        while endless:
            writer.write(endless)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return talk


def answer(status: str = "200 OK", body: bytes = b"", *headers: str) -> bytes:
    """A proper one."""
    lines = [f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@dataclass(frozen=True)
class Paper:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def context(self, path: Path) -> ssl.SSLContext:
        """For a server that shows it."""
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(self.pem + self.key.private_bytes(*form))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def paper(signed_by: Paper | None = None, *, host: str = HOST, days: tuple[int, int] = (-1, 1)) -> Paper:
    """A certificate for `host`, valid from and until so many days from now; signed by itself it may sign others."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host if signed_by else "a house of its own")])
    begins, ends = (datetime.now(UTC) + timedelta(days=offset) for offset in days)
    signer = signed_by.key if signed_by else key
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signed_by.certificate.subject if signed_by else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=signed_by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_named(host)]), critical=False)
        # RFC 5280 wants the next three, and from 3.13 on Python does, too.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(_usage(signs=signed_by is None), critical=True)
        .sign(signer, hashes.SHA256())
    )
    return Paper(made, key)


_OTHER_USES = (
    "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"
)  # fmt: skip


def _usage(*, signs: bool) -> x509.KeyUsage:
    others = dict.fromkeys(_OTHER_USES, False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=signs, crl_sign=signs, **others)


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
