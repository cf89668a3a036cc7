"""Second looks on the page "Data and models": a card per picture, what is chosen on it, and the way back."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from frontend.data_models.texts import TEXTS
from tests.frontend.data_models.conftest import Open, pictures, press, told
from tests.frontend.fake_backend import FakeBackend, problem
from tests.frontend.fake_team import TOKEN

ENGLISH = TEXTS["en"]


def choices(app: AppTest) -> list[list[str]]:
    """What can be chosen on each card, in order."""
    cards: dict[str, list[str]] = {}
    for button in app.button:
        if match := re.fullmatch(r"choose-\d+-(.+)", button.key or ""):
            cards.setdefault(match[1], []).append(button.label.replace("\\", "").strip("*"))
    return list(cards.values())


def card_key(app: AppTest, number: int) -> str:
    """The part of the keys that names a card."""
    keys = [(button.key or "").removeprefix("drop-") for button in app.button if (button.key or "").startswith("drop-")]
    return keys[number]


def test_a_picture_is_one_card_that_tells_who_and_what_says_each_text(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("review")
    assert pictures(app) == 3
    assert choices(app) == [
        ["CW2288-777", "CW2288-111"],
        ["CW2288-112", "CW2288-118", "CW2288-111"],
        ["162058X", "CW2288-111", "162050C"],
    ]
    page = told(app)
    for line in (
        "unproven (c-7) · corrected to it",
        "a shopper (c-3) · accepted",
        "reads it now · trba v4.0 · 99%",
        "had read it · trba 1 · 99%",
        "Labels of this picture disagree · Contradicts a sure reading",
    ):
        assert line in page


def test_a_choice_settles_the_picture_and_undoing_it_brings_back_what_was(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("review")
    before = choices(app)
    said = {one.label.prediction_id: one.label for one in fake.explorer.doubted}
    for card, (number, change, count) in enumerate([(1, "keep", 1), (1, "fix", 1)]):
        key = card_key(app, 1 - card)
        press(app, f"choose-{number}-{key}")
        assert fake.explorer.changes[-1][:2] == (change, count)
    assert len(choices(app)) == 1
    assert ENGLISH.judged["fix"].format(text=r"CW2288\-111") in [box.value for box in app.success]
    assert app.button(key="undo-review").label == ENGLISH.undo_last.format(text=r"CW2288\-111")
    press(app, "undo-review")
    press(app, "undo-review")
    assert choices(app) == before
    assert {one.label.prediction_id: one.label for one in fake.explorer.doubted} == said
    assert "undo-review" not in [button.key for button in app.button]


def test_a_picture_is_dropped_with_all_its_labels(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("review")
    press(app, f"drop-{card_key(app, 1)}")
    assert fake.explorer.changes == [("drop", 3, "")]
    assert len(choices(app)) == 2
    press(app, "undo-review")
    assert fake.explorer.changes[-1] == ("undo", 3, "")
    assert len(choices(app)) == 3


def test_another_line_can_be_typed_and_the_page_names_who_does_it(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("review", token=None)
    app.text_input(key="typed-token").input(TOKEN)
    app.text_input(key="typed-name").input(" 김  지인 ")
    app.button[2].click().run()
    assert "김 지인" in app.button(key="leave").label
    key = card_key(app, 2)
    app.text_input(key=f"line-{key}").input("162050X")
    press(app, f"fix-{key}")
    assert (fake.explorer.changes, fake.explorer.authors) == ([("fix", 1, "162050X")], ["김 지인"])
    press(app, "leave")
    assert app.text_input(key="typed-name").value == ""


def test_a_second_look_that_is_refused_says_why(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("review")
    key = card_key(app, 0)
    app.text_input(key=f"line-{key}").input("what?")
    press(app, f"fix-{key}")
    assert [box.value for box in app.error] == [ENGLISH.by_kind["bad-text"]]
    fake.explorer.problem = "label-moved"
    press(app, f"choose-0-{key}")
    assert [box.value for box in app.error] == [ENGLISH.by_kind["label-moved"]]
    fake.explorer.problem = None
    press(app, f"choose-0-{key}")
    assert not app.error
    fake.explorer.doubted.clear()
    assert ENGLISH.review_none in told(app.run())


def test_without_a_reading_the_labels_can_be_chosen(open_page: Open, fake: FakeBackend) -> None:
    fake.refusals = {f"GET /v1/team/samples/{901:064x}/reading": problem(503, "not-ready")}
    assert choices(open_page("review"))[2] == ["162058X", "162050C"]
