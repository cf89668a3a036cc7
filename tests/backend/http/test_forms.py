"""Forms that a parser would take long over are refused on every route, whatever way they are written."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.http.forms import FORM_LIMITS, _Parts
from backend.http.problems import Problem

PUNYCODE = ("б" * 60_000).encode("punycode")
BOUNDARY = b"xyz-boundary-of-the-test"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY.decode()}"
TOKEN = "a-token-for-the-team"


def part(name: str, value: bytes, extra: bytes = b"") -> bytes:
    head = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n' % (BOUNDARY, name.encode(), extra)
    return head + value + b"\r\n"


def ended(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"


@pytest.fixture
def client(start: Any) -> TestClient:
    client: TestClient = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def form_routes(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of every route that takes a form, with something for its parameters."""
    paths = client.get("/openapi.json").json()["paths"]
    routes = [
        (method.upper(), re.sub(r"\{\w+\}", "a" * 24, path))
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "requestBody" in operation
    ]
    assert len(routes) >= 4
    return routes


def test_the_only_bodies_are_multipart_forms_within_the_limits(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation:
                continue
            (content,) = operation["requestBody"]["content"].items()
            assert content[0] == "multipart/form-data", (method, path)
            assert "415" in operation["responses"], (method, path)
            name = re.search(r"Body_\w+|\w+Form", str(content[1])).group()  # type: ignore[union-attr]
            fields = description["components"]["schemas"][name]["properties"]
            assert len(fields) <= FORM_LIMITS["max_fields"], (method, path)


@pytest.mark.parametrize(
    "content_type",
    [
        MULTIPART + "; charset=punycode",
        MULTIPART + "; charset=idna",
        MULTIPART + '; CHARSET="Punycode"',
        MULTIPART + ";charset = utf-7",
        f"multipart/form-data; charset=rot13; boundary={BOUNDARY.decode()}",
        f"Multipart/Form-Data; charset=utf-8; charset=punycode; boundary={BOUNDARY.decode()}",
        MULTIPART + r'; charset="puny\code"',
        MULTIPART + "; charset=",
        MULTIPART + "; charset=utf_8_sig",
    ],
)
def test_a_charset_but_utf_8_is_refused_on_every_route(client: TestClient, content_type: str) -> None:
    # In punycode the name says "text"; a name that cannot be decoded ends the parsing before the value.
    body = ended(part("text-", PUNYCODE))
    for method, path in form_routes(client):
        answer = client.request(method, path, content=body, headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()["kind"]) == (415, "unsupported-charset"), path


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf8"'])
def test_utf_8_is_read(client: TestClient, charset: str) -> None:
    body = ended(part("status", b"unreadable"), part("text", "글자".encode()))
    headers = {"Content-Type": f"{MULTIPART}; charset={charset}"}
    answer = client.post(f"/v1/predictions/{'a' * 24}/label", content=body, headers=headers)
    assert (answer.status_code, answer.json()["kind"]) == (404, "prediction-expired")


def test_neither_a_part_s_charset_nor_a_field_of_that_name_chooses_the_codec(client: TestClient, png: bytes) -> None:
    typed = b"\r\nContent-Type: text/plain; charset=punycode\r\nContent-Transfer-Encoding: base64"
    file = part("image", png, b'; filename="a.png"')
    body = ended(part("_charset_", b"punycode"), part("box", PUNYCODE[:10_000], typed), file)
    answer = client.post("/v1/predictions", content=body, headers={"Content-Type": MULTIPART})
    assert (answer.status_code, answer.json()["kind"]) == (422, "bad-box")


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Type", "application/x-www-form-urlencoded")],
        [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
        [("Content-Type", MULTIPART), ("content-type", MULTIPART + "; charset=punycode")],
        [("Content-Type", MULTIPART + "; charset=punycode"), ("Content-Type", MULTIPART)],
        [("Content-Type", MULTIPART + ";" * 1000)],
    ],
)
def test_other_forms_are_refused_on_every_route(client: TestClient, headers: list[tuple[str, str]]) -> None:
    for method, path in form_routes(client):
        answer = client.request(method, path, content=b"status=" + b"%" * 60_000, headers=headers)
        assert (answer.status_code, answer.json()["kind"]) == (415, "unsupported-form"), path


@pytest.mark.parametrize(
    "body",
    [
        ended(*(part(f"f{n}", b"x") for n in range(FORM_LIMITS["max_fields"] + 1))),
        ended(part("text", b"x" * (FORM_LIMITS["max_part_size"] + 1))),
        ended(*(part("image", b"x", b'; filename="a"') for _ in range(FORM_LIMITS["max_files"] + 1))),
        ended(part("text", b"x", b"\r\nA: " + b"x" * 5000)),
        ended(part("text", b"x", b"\r\nA: x" * 9)),
    ],
    ids=["fields", "size of a field", "files", "size of a header", "headers"],
)
def test_a_form_beyond_the_limits_is_refused_on_every_route(client: TestClient, body: bytes) -> None:
    for method, path in form_routes(client):
        answer = client.request(method, path, content=body, headers={"Content-Type": MULTIPART})
        kinds = ("bad-request", "unsupported-form")  # of the parser, and of the guard before it
        assert answer.status_code == 400, path
        assert answer.json()["kind"] in kinds, path


@pytest.mark.parametrize(
    "fill",
    [b"\r\n--" + BOUNDARY + b"x", b"\r\n--" + BOUNDARY + b"\r\n", b"\r\n--" + BOUNDARY + b" " * 100],
    ids=["false", "tiny parts", "padded"],
)
def test_delimiters_without_end_are_refused(client: TestClient, fill: bytes) -> None:
    body = part("image", fill * 100_000, b'; filename="a"')
    answer = client.post("/v1/predictions", content=body, headers={"Content-Type": MULTIPART})
    assert (answer.status_code, answer.json()["kind"]) == (400, "unsupported-form")


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_parts_are_counted_in_pieces_of_any_size(size: int) -> None:
    def take(body: bytes) -> None:
        counter = _Parts(BOUNDARY)
        for at in range(0, len(body), size):
            counter.count(body[at : at + size])

    form = ended(*[part(f"field{number}", b"value\r\n--not the boundary") for number in range(16)])
    take(form)
    take(b"\r\n" + form + b"epilogue")
    header = part("text", b"", b"; x" * 340)
    assert len(header) > 1024
    for refused in (
        ended(header),
        ended(part("a", b""), header),
        ended(*[part("text", b"data")] * 70),
        b"--" + BOUNDARY + b"\r\n\r\n\r\n--" + BOUNDARY + b"\t",
        b"a preamble " * 100,
    ):
        with pytest.raises(Problem):
            take(refused)
