"""Other sites may not frame the pages, and a page that says more of itself keeps its word."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from deploy.page_headers import PageHeaders


def answered(path: str) -> dict[str, str]:
    def page(request: Request) -> Response:
        return HTMLResponse("<p>")

    def strict(request: Request) -> Response:
        return HTMLResponse("<p>", headers={"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY"})

    def text(request: Request) -> Response:
        return PlainTextResponse("text")

    app = Starlette(routes=[Route("/", page), Route("/strict", strict), Route("/text", text)])
    return dict(TestClient(PageHeaders(app)).get(path).headers)


def test_pages_are_framed_by_themselves_alone() -> None:
    told = answered("/")
    assert told["content-security-policy"] == "frame-ancestors 'self'"
    assert told["x-frame-options"] == "SAMEORIGIN"
    assert told["referrer-policy"] == "same-origin"
    assert told["x-content-type-options"] == "nosniff"


def test_what_an_answer_says_itself_stays() -> None:
    told = answered("/strict")
    assert (told["content-security-policy"], told["x-frame-options"]) == ("default-src 'none'", "DENY")


def test_other_answers_are_not_sniffed() -> None:
    told = answered("/text")
    assert told["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in told
