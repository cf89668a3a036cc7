"""What the backend says that it reads."""

from __future__ import annotations

import pytest

from frontend.client import domains
from frontend.client.connection import Connection
from frontend.client.failures import BackendUnreachableError

CONNECTION = Connection("http://127.0.0.1:9")


def served(*names: str) -> list[domains.ServedDomain]:
    return [domains.ServedDomain(name=name, path="", longest=1, reads=True) for name in names]


@pytest.mark.parametrize(("names", "reads"), [(("tags",), False), (("tags", "digits"), True)])
def test_a_server_says_whether_it_reads_digits(
    names: tuple[str, ...], reads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domains, "served_domains", lambda connection: served(*names))
    assert domains.may_serve(CONNECTION, "digits") is reads


def test_a_server_that_does_not_answer_may_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(connection: Connection) -> list[domains.ServedDomain]:
        raise BackendUnreachableError

    monkeypatch.setattr(domains, "served_domains", unreachable)
    assert domains.may_serve(CONNECTION, "digits")
