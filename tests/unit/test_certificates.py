"""No call to whoever can't show to be the vendor, and the reason says why; a house's own authority is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rogue_support import HOST, answer, paper, rogue, says
from vendor_support import EMAIL

from processors.engine.transport import Request, http_transport
from schemas.errors import SetupError, VendorError, VendorUnreachable
from streams.clients import connection
from streams.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rogue_support import Paper

HOUSE = paper()
GOOD = says(answer(body=b"{}"))


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_bytes(HOUSE.pem)
    return path


async def reason(url: str, ca_file: Path | None) -> str:
    """Why the vendor there can't be reached; empty if it can."""
    async with http_transport(ca_file) as send:
        try:
            await send(Request("POST", f"{url}/{EMAIL}", body=EMAIL.encode()))
        except VendorUnreachable as error:
            return f"{error} {error!r}" if EMAIL in f"{error} {error!r}" else error.reason
    return ""


@pytest.mark.parametrize(
    ("shown", "trusting", "why"),
    [
        (paper(HOUSE), True, ""),
        (paper(HOUSE), False, "certificate_untrusted"),
        (paper(), True, "certificate_untrusted"),
        (paper(HOUSE, days=(-3, -1)), True, "certificate_expired"),
        (paper(HOUSE, days=(1, 3)), True, "certificate_not_valid_yet"),
        (paper(HOUSE, host="127.0.0.2"), True, "certificate_of_another_host"),
        (paper(HOUSE, host="other.example"), True, "certificate_of_another_host"),
    ],
)
async def test_only_a_certificate_that_holds_is_talked_to(
    shown: Paper,
    trusting: bool,  # noqa: FBT001
    why: str,
    ca_file: Path,
) -> None:
    async with rogue(GOOD, shown.context(ca_file.with_name("shown.pem"))) as url:
        assert await reason(url, ca_file if trusting else None) == why


async def test_a_name_counts_as_well_as_an_address(ca_file: Path) -> None:
    async with rogue(GOOD, paper(HOUSE, host="localhost").context(ca_file.with_name("shown.pem"))) as url:
        assert await reason(url.replace(HOST, "localhost"), ca_file) == ""
        assert await reason(url, ca_file) == "certificate_of_another_host"


async def test_tls_to_a_plain_port_is_told(ca_file: Path) -> None:
    async def plain(reader: object, writer: object) -> None:
        await reader.read(1)  # type: ignore[attr-defined]
        writer.write(answer("400 Bad Request"))  # type: ignore[attr-defined]

    async with rogue(plain) as url:
        assert await reason(url.replace("http:", "https:"), ca_file) == "tls_failed"


async def test_plain_http_to_a_tls_port_is_no_answer_and_nobodys_success(ca_file: Path) -> None:
    """A server that hangs up on it can't be told from a vendor that breaks off."""
    async with rogue(GOOD, paper(HOUSE).context(ca_file.with_name("shown.pem"))) as url, http_transport() as send:
        with pytest.raises(VendorError, match="connection_reset"):
            await send(Request("GET", url.replace("https:", "http:")))


@pytest.fixture(params=[None, b"", b"no certificate"])
def wrong(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file without certificates, or none."""
    path = tmp_path / "wrong.pem"
    if request.param is not None:
        path.write_bytes(request.param)
    return path


async def test_a_file_without_certificates_is_said_at_the_start(wrong: Path) -> None:
    with pytest.raises(SetupError, match=rf"no certificates can be read from {wrong}.*\n.*CONSENT_RELAY_CA_FILE"):
        async with http_transport(wrong):
            pass


def test_a_file_without_certificates_for_kafka_is_said_before_anybody_is_called(wrong: Path) -> None:
    for protocol in ("SSL", "SASL_SSL"):
        settings = load_settings(bootstrap_servers="127.0.0.1:1", security_protocol=protocol, ssl_cafile=wrong)
        with pytest.raises(
            SetupError, match=rf"no certificates can be read from {wrong}.*\n.*CONSENT_RELAY_SSL_CAFILE"
        ):
            connection(settings)


def test_the_file_for_kafka_takes_the_place_of_the_systems_certificates(ca_file: Path) -> None:
    settings = load_settings(bootstrap_servers="127.0.0.1:1", security_protocol="SSL", ssl_cafile=ca_file)
    assert len(connection(settings)["ssl_context"].get_ca_certs()) == 1
