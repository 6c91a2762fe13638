"""One mail by SMTP (RFC 5321), encrypted unless the server is on this machine."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from processors.engine.trust import trusting
from processors.notifying.message import Taken
from schemas.addresses import is_here
from schemas.errors import NotTold, SetupError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.settings import Settings

TIMEOUT_S = 30.0


def send(settings: Settings, recipients: Sequence[str], subject: str, text: str) -> Taken:
    """Hand a mail over to the server; what was handed over, and whom it refuses, as a number.

    Raises:
        SetupError: a setting is missing, or CA_FILE is wrong, or mail would cross a network unencrypted.
        NotTold: the server can't be reached, or refuses it for everybody; names no address.

    """
    message = EmailMessage()
    message["Subject"], message["From"] = subject, settings.required("smtp_from")
    message["To"], message["Date"] = ", ".join(recipients), formatdate()
    message["Message-ID"], message["Auto-Submitted"] = make_msgid(domain="consent-relay"), "auto-generated"
    message.set_content(text)
    try:
        with _server(settings) as server:
            if settings.smtp_username is not None:
                password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
                server.login(settings.smtp_username, password)
            refused = server.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotTold(f"the mail server answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotTold(f"the mail server: {type(error).__name__}") from None
    flaw = f"the mail server refused {len(refused)} of {len(recipients)} addresses" if refused else None
    return Taken(message.as_bytes(), flaw)


def _server(settings: Settings) -> smtplib.SMTP:
    host, port = settings.required("smtp_host"), settings.smtp_port
    context = trusting(settings.ca_file, "CA_FILE")
    if settings.smtp_tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    if settings.smtp_tls == "off" and not is_here(host):
        raise SetupError(
            "smtp_tls is off for a server elsewhere", remedy="set CONSENT_RELAY_SMTP_TLS to starttls or tls"
        )
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if settings.smtp_tls == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server
