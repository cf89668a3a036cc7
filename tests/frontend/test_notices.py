"""What a page says once."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from frontend.notices import forget_once_drawn, page_is_drawn, take_notice

    said = take_notice("said")
    if said is not None:
        st.success(said)
    if st.session_state.pop("later", False):
        st.session_state["said"] = "for the next run"
    forget_once_drawn(lambda: st.session_state.update(drawn=st.session_state.get("drawn", 0) + 1))
    if st.session_state.pop("broken off", False):
        st.rerun()
    page_is_drawn()


def _opened() -> AppTest:
    return AppTest.from_function(_page, default_timeout=600)


def _said(app: AppTest) -> list[str]:
    return [str(box.value) for box in app.success]


def test_a_notice_is_said_until_a_page_is_drawn_to_its_end() -> None:
    app = _opened()
    app.session_state["said"] = "kept"
    app.session_state["broken off"] = True  # the run that has drawn it first is not the last one
    assert _said(app.run()) == ["kept"]
    assert app.session_state["drawn"] == 2  # once for each run, the broken one too
    assert _said(app.run()) == []


def test_a_notice_that_comes_after_it_was_drawn_is_said_by_the_next_run() -> None:
    app = _opened()
    app.session_state["later"] = True
    assert _said(app.run()) == []
    assert _said(app.run()) == ["for the next run"]
    assert _said(app.run()) == []
