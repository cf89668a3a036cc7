"""Invitations are mailed where there is a mail server, and then prove the address."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from backend.people.accounts import Accounts
from backend.settings import Settings
from tests.backend.people.conftest import PUBLIC


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mails on 127.0.0.1, or refuses them."""

    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 here\r\n")
                while line := self.rfile.readline():
                    word = line.split()[0].upper()
                    if word == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        lines = []
                        while (part := self.rfile.readline()) != b".\r\n":
                            lines.append(part)
                        server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
                    refused = word == b"RCPT" and server.refuses
                    self.wfile.write(b"550 no\r\n" if refused else b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                    if word == b"QUIT":
                        return

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def accounts(settings: Settings, mail_server: MailServer) -> Iterator[Accounts]:
    url = SecretStr(f"smtp://127.0.0.1:{mail_server.server_address[1]}")
    changed = settings.model_copy(update={"public_url": PUBLIC, "smtp_url": url, "smtp_from": "tags@example.com"})
    accounts = Accounts(changed)
    yield accounts
    accounts.close()


def test_a_mailed_invitation_proves_the_address(accounts: Accounts, mail_server: MailServer) -> None:
    invited = accounts.invite("ada@example.com", role="viewer", by="a test")
    assert invited.link is None
    (mail,) = mail_server.mails
    assert (mail["To"], mail["From"]) == ("ada@example.com", "tags@example.com")
    (link,) = [line for line in mail.get_content().splitlines() if line.startswith("http")]
    person = accounts.people.accept(link.rsplit("/", 1)[1], name="Ada", password="hash")
    assert person is not None
    assert person.is_verified


def test_a_mail_that_is_refused_gives_the_link_to_whoever_invites(
    accounts: Accounts, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.refuses = True
    link = accounts.invite("ada@example.com", role="viewer", by="a test").link
    assert link is not None
    secret = link.rsplit("/", 1)[1]
    assert secret not in caplog.text
    person = accounts.people.accept(secret, name="Ada", password="hash")
    assert person is not None
    assert not person.is_verified


def test_the_command_invites_and_invites_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from backend.__main__ import main

    monkeypatch.setenv("TAGS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TAGS_PUBLIC_URL", "https://tags.example.com")
    run: Callable[..., int] = lambda *words: main(["invite", *words])  # noqa: E731
    assert run("--role", "owner", "Ada@Example.com") == 0
    first = capsys.readouterr().out
    assert first.startswith("For ada@example.com (owner): https://tags.example.com/account/invitation/")
    assert run("ada@example.com") == 0
    second = capsys.readouterr().out
    assert "(owner)" in second
    assert second != first
    assert run("--url", "http://10.0.0.7:8501/", "ada@example.com") == 0
    assert " http://10.0.0.7:8501/account/invitation/" in capsys.readouterr().out
    assert run("nobody") == 2
    assert capsys.readouterr().err == "backend: nobody: this is no e-mail address\n"
