"""A mail to a real server: encrypted, to a server whose certificate holds, with the password that it wants."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller as MailServer
from aiosmtpd.smtp import AuthResult
from rogue_support import paper

from infra.ports import unused_ports
from schemas.errors import NotTold, SetupError
from streams.notifying.mail import send
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUSE = paper()


BOX_FULL = "@full.example"


class Box:
    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.were_encrypted: list[bool] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: ARG002, N802
        if address.endswith(BOX_FULL):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        self.mails.append(envelope.content)
        self.were_encrypted.append(session.ssl is not None)
        return "250 taken"


def right(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:  # noqa: ARG001
    return AuthResult(success=(given.login, given.password) == (b"relay", b"s3cret"), handled=False)


@contextmanager
def server(directory: Path) -> Iterator[tuple[Box, Settings]]:
    """It takes mails only after STARTTLS and a login. The settings trust it, and know the password."""
    box, port = Box(), next(unused_ports())
    context = paper(HOUSE).context(directory / "shown.pem")
    (directory / "ca.pem").write_bytes(HOUSE.pem)
    running = MailServer(
        box, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, authenticator=right,
        auth_required=True,
    )  # fmt: skip
    running.start()
    given: Any = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_from": "relay@osows.example"}
    given |= {"smtp_username": "relay", "smtp_password": "s3cret", "ca_file": directory / "ca.pem"}
    try:
        yield box, Settings(**given)
    finally:
        running.stop()


def test_a_mail_goes_by_starttls_after_a_login_and_what_was_sent_is_what_came(tmp_path: Path) -> None:
    with server(tmp_path) as (box, settings):
        sent = send(settings, ["office@osows.example"], "osows: 1 task by hand, 1 new", "one ü\n")
    assert box.were_encrypted == [True]
    assert box.mails[0].replace(b"\r\n", b"\n").rstrip() == sent.message.replace(b"\r\n", b"\n").rstrip()
    assert b"Auto-Submitted: auto-generated" in sent.message
    assert sent.flaw is None


def test_who_has_the_mail_is_not_told_again_because_another_address_is_refused(tmp_path: Path) -> None:
    with server(tmp_path) as (box, settings):
        sent = send(settings, ["office@osows.example", f"left{BOX_FULL}", "privacy@osows.example"], "s", "t")
        with pytest.raises(NotTold, match="SMTPRecipientsRefused"):
            send(settings, [f"left{BOX_FULL}"], "s", "t")
    assert (len(box.mails), sent.flaw) == (1, "the mail server refused 1 of 3 addresses")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"ca_file": None}, "the mail server: SSLCertVerificationError"),
        ({"smtp_tls": "off"}, "the mail server: SMTPNotSupportedError"),
        ({"smtp_password": None}, "the mail server answered 535"),
        ({"smtp_username": None}, "the mail server answered 530"),
    ],
)
def test_without_any_of_these_nothing_is_sent_and_the_reason_names_no_address(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    with server(tmp_path) as (box, settings), pytest.raises(NotTold) as told:
        send(settings.model_copy(update=change), ["office@osows.example"], "s", "t")
    assert str(told.value) == why
    assert box.mails == []


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_wrong_ca_file_is_no_fault_of_the_mail_server(tmp_path: Path, content: bytes | None) -> None:
    wrong = tmp_path / "wrong.pem"
    if content is not None:
        wrong.write_bytes(content)
    with (
        server(tmp_path) as (box, settings),
        pytest.raises(SetupError, match=r"wrong\.pem.*\n.*CONSENT_RELAY_CA_FILE"),
    ):
        send(settings.model_copy(update={"ca_file": wrong}), ["office@osows.example"], "s", "t")
    assert box.mails == []


def test_a_ca_file_is_trusted_besides_the_systems_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(tmp_path) as (box, settings):
        monkeypatch.setenv("SSL_CERT_FILE", str(settings.ca_file))  # as if the server's authority were the system's
        (tmp_path / "another.pem").write_bytes(paper().pem)
        send(settings.model_copy(update={"ca_file": tmp_path / "another.pem"}), ["office@osows.example"], "s", "t")
    assert len(box.mails) == 1
