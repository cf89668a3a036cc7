from __future__ import annotations

import pytest

from benchmarks.first_load import kind_of


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://h/static/js/index.abc.js", "Streamlit's scripts and styles"),
        ("http://h/static/css/index.css", "Streamlit's scripts and styles"),
        ("http://h/static/media/Symbols.woff2", "Streamlit's fonts and icons"),
        ("http://h/", "ours, and Streamlit's page around it"),
        ("", "ours, and Streamlit's page around it"),
    ],
)
def test_every_file_has_an_owner(url: str, kind: str) -> None:
    assert kind_of(url) == kind
