"""WebSockets of other sites are refused, also those of other ports of the same machine."""

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from deploy.socket_origin import SocketOrigin

PUBLIC = "https://tags.example.com"


def client() -> TestClient:
    async def answer(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("here")
        await socket.close()

    pages = Starlette(routes=[WebSocketRoute("/stream", answer)])
    return TestClient(SocketOrigin(pages, PUBLIC), base_url="http://127.0.0.1:8501")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8501", PUBLIC, None])
def test_the_pages_own_sockets_and_programs_are_let_in(origin: str | None) -> None:
    headers = {"Host": "127.0.0.1:8501"} | ({} if origin is None else {"Origin": origin})
    with client().websocket_connect("/stream", headers=headers) as socket:
        assert socket.receive_text() == "here"


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "http://127.0.0.1.evil.example:8501", "null", ""),
        *("http://127.0.0.1:9999", "http://localhost:8501", f"{PUBLIC}.evil.example", f"{PUBLIC}:8443"),
    ],
)
def test_sockets_of_other_sites_are_refused(origin: str) -> None:
    headers = {"Host": "127.0.0.1:8501", "Origin": origin}
    with pytest.raises(WebSocketDisconnect), client().websocket_connect("/stream", headers=headers):
        raise AssertionError
