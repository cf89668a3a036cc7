"""The page "Gate": who is inside, the log, corrections and deletion, in both languages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from frontend.client.gate_answers import Forgotten, Passage, Passages, Vehicle, Visit, Visits
from frontend.gate import page
from frontend.gate.texts import GATE_TEXTS
from frontend.language import Language

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
AT = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC)
Open = Callable[..., AppTest]


def passage(**changes: Any) -> Passage:
    fields: dict[str, Any] = {
        "id": "0" * 32,
        "text": "12가3456",
        "shown": "12가 3456",
        "at": AT,
        "direction": "in",
        "camera": "<north>",
        "read_text": "12가3456",
        "confidence": 0.93,
        "frames": 5,
        "agreeing": 4,
        "checked_by": "",
        "vehicle": None,
    }
    return Passage(**fields | changes)


class FakeGate:
    """A gate with one passage, which notes what it is asked for."""

    items: tuple[Passage, ...] = (passage(),)
    asked: ClassVar[list[tuple[Any, ...]]] = []

    def __init__(self, *_: object, **__: object) -> None:
        """As the client is made."""

    def passages(self, **wanted: object) -> Passages:
        self.asked.append(("passages", wanted["search"]))
        return Passages(items=self.items, found=len(self.items), days=30)

    def visits(self) -> Visits:
        visit = Visit(text="12가3456", shown="12가 3456", vehicle="Kim", came=AT, went=None, inside=True)
        return Visits(items=(visit,), inside=1)

    def picture(self, name: str) -> bytes:
        return PNG

    def table(self) -> bytes:
        return b"at,plate\n"

    def check(self, name: str, text: str) -> Passage:
        self.asked.append(("check", text))
        return passage(shown=text)

    def know(self, text: str, name: str) -> Vehicle:
        self.asked.append(("know", text, name))
        return Vehicle(text=text, shown=text, name=name)

    def forget(self, text: str) -> Forgotten:
        self.asked.append(("forget", text))
        return Forgotten(passages=1, labels=1)


def script() -> None:
    import streamlit as st

    from frontend.gate.page import gate_page
    from frontend.notices import page_is_drawn

    gate_page(
        st.Page(lambda: None, title="Read a tag", url_path="reading"),
        st.Page(lambda: None, title="Data and models", url_path="data"),
    )
    page_is_drawn()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> type[FakeGate]:
    class Gate(FakeGate):
        asked: ClassVar[list[tuple[Any, ...]]] = []

    monkeypatch.setattr(page, "GateClient", Gate)
    monkeypatch.setattr(page, "domain_path", lambda name: "")
    monkeypatch.setattr("frontend.team_entry.my_role", lambda *_, **__: "maintainer")
    monkeypatch.setattr(type(st.context), "ip_address", None)
    return Gate


@pytest.fixture
def open_page(gate: type[FakeGate]) -> Open:
    def open_it(language: Language = "en") -> AppTest:
        app = AppTest.from_function(script, default_timeout=600)
        app.query_params["lang"] = language
        app.session_state["entered-with"] = "a-token-for-the-team"
        return settled(app.run())

    return open_it


def settled(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    kinds = (app.markdown, app.info, app.error, app.success, app.caption)
    return " ".join(str(box.value) for kind in kinds for box in kind)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_who_is_inside_and_who_passed_is_told(open_page: Open, language: Language) -> None:
    texts = GATE_TEXTS[language]
    said = told(open_page(language))
    assert texts.inside.format(count=1) in said
    assert "12가 3456" in said
    assert texts.directions["in"] in said
    assert texts.sure.format(percent=93) in said
    assert texts.by_frames.format(frames=5, agreeing=4) in said
    assert texts.privacy.format(days="30") in said
    assert "<north>" not in said.replace("\\<north>", "")


def test_a_correction_a_name_and_a_deletion_are_sent(open_page: Open, gate: type[FakeGate]) -> None:
    app, name = open_page(), "0" * 32
    app.text_input(key=f"plate-{name}").set_value("12가 3457")
    settled(app.button(key=f"keep-{name}").click().run())
    assert ("check", "12가 3457") in gate.asked
    assert GATE_TEXTS["en"].kept.format(shown="12가 3457") in told(app)
    app.text_input(key=f"name-{name}").set_value("Lee")
    settled(app.button(key=f"know-{name}").click().run())
    assert ("know", "12가3456", "Lee") in gate.asked
    settled(app.button(key=f"forget-{name}").click().run())
    assert ("forget", "12가3456") in gate.asked
    assert "1 log entries and 1 training pictures deleted" in told(app)


def test_a_search_is_asked_for(open_page: Open, gate: type[FakeGate]) -> None:
    app = open_page()
    app.text_input(key="gate-search").set_value("345")
    settled(app.run())
    assert ("passages", "345") in gate.asked


def test_a_backend_that_reads_no_plates_is_said_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "domain_path", lambda name: None)
    assert GATE_TEXTS["en"].off in told(open_page())
