"""`/v1/pins`: PINs are kept, compared, and not guessed."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from backend.people.passwords import Passwords


@pytest.fixture
def pins(start: Callable[..., TestClient]) -> TestClient:
    client = start()
    accounts = client.app.state.services.accounts
    accounts.__dict__["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    return client


def send(client: TestClient, path: str, **fields: str) -> Any:
    return client.post(path, files={name: (None, value) for name, value in fields.items()})


def test_a_pin_is_kept_and_compared(pins: TestClient) -> None:
    assert send(pins, "/v1/pins", holder=" Kim  Min ", pin="4071").json() == {"kept": True}
    assert send(pins, "/v1/pins/check", holder="Kim Min", pin="4071").json() == {"is_right": True}
    assert send(pins, "/v1/pins/check", holder="Kim Min", pin="4072").json() == {"is_right": False}
    assert send(pins, "/v1/pins/check", holder="Lee", pin="4071").json() == {"is_right": False}


def test_another_pin_needs_the_present_one(pins: TestClient) -> None:
    send(pins, "/v1/pins", holder="Kim", pin="4071")
    answer = send(pins, "/v1/pins", holder="Kim", pin="1234")
    assert (answer.status_code, answer.json()["kind"]) == (409, "wrong-pin")
    assert send(pins, "/v1/pins", holder="Kim", pin="1234", present="4071").status_code == 200
    assert send(pins, "/v1/pins/forget", holder="Kim", pin="4071").json() == {"is_right": False}
    assert send(pins, "/v1/pins/forget", holder="Kim", pin="1234").json() == {"is_right": True}
    assert send(pins, "/v1/pins/check", holder="Kim", pin="1234").json() == {"is_right": False}


def test_wrong_pins_run_out_and_right_ones_do_not(pins: TestClient) -> None:
    send(pins, "/v1/pins", holder="Kim", pin="4071")
    for _ in range(8):
        assert send(pins, "/v1/pins/check", holder="Kim", pin="4071").json() == {"is_right": True}
    answers = [send(pins, "/v1/pins/check", holder="Kim", pin=f"{number:04}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["kind"] == "too-many-pins" and int(answers[-1].headers["retry-after"]) > 0
    # The right one has to wait as well: nobody learns it by the answer. Another person does not.
    assert send(pins, "/v1/pins/check", holder="Kim", pin="4071").status_code == 429
    assert send(pins, "/v1/pins/check", holder="Lee", pin="4071").status_code == 200


def test_what_is_no_pin_is_said(pins: TestClient) -> None:
    answer = send(pins, "/v1/pins", holder="Kim", pin="12a4")
    assert (answer.status_code, answer.json()["kind"]) == (422, "bad-pin")
    assert send(pins, "/v1/pins", holder="  ", pin="1234").status_code == 422


def test_neither_pin_nor_name_is_logged(pins: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(pins, "/v1/pins", holder="Honggildong", pin="4071")
        send(pins, "/v1/pins/check", holder="Honggildong", pin="9999")
    assert "4071" not in caplog.text and "9999" not in caplog.text and "Honggildong" not in caplog.text
