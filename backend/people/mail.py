"""Sends invitations by mail, through the server that the settings name."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from backend.people.settings import PeopleSettings

_SECONDS = 20.0
_PORTS = {"smtp": 587, "smtps": 465}
_SUBJECT = "신발 태그 리더 초대 · Shoe tag reader: your invitation"
_TEXT = """\
신발 태그 리더에 초대되었어요. 아래 주소에서 비밀번호를 정해 주세요. 주소는 7일 동안 한 번만 쓸 수 있어요.

You have been invited to the shoe tag reader. Choose a password at the address below; it works once, for 7 days.

{link}

초대를 기다리지 않았다면 이 메일을 무시해 주세요. If you did not expect this, ignore this mail.
"""


class MailError(Exception):
    """A mail could not be sent."""


def send_invitation(settings: PeopleSettings, email: str, link: str) -> None:
    """Send an invitation; over TLS, unless the server is on this machine.

    Args:
        settings: Name the mail server.
        email: To whom.
        link: Where the invitation is accepted.

    Raises:
        MailError: The server did not take it, or none is configured.
    """
    if settings.smtp_url is None:
        raise MailError("SMTP_URL is not set")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = _SUBJECT, settings.smtp_from, email
    message.set_content(_TEXT.format(link=link))
    parts = urlsplit(settings.smtp_url.get_secret_value())
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=_SECONDS)
        ) as server:
            if parts.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        # The server's answer may quote addresses, never the password.
        raise MailError(f"{host}:{port}: {type(error).__name__}: {error}") from error
