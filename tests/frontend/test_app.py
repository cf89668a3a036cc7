from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.server import ROOT
from frontend.language import Language
from frontend.read_tag.texts import TEXTS

OTHER_ROOMS = {"backend", "ocr_model", "data_gen", "datasets", "benchmarks", "torch"}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_first_page_invites_to_a_photo_in_the_asked_language(language: Language) -> None:
    app = AppTest.from_file(str(ROOT / "frontend" / "app.py"), default_timeout=600)
    app.query_params["lang"] = language
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == [TEXTS[language].page]
    assert [header.value for header in app.header] == [TEXTS[language].steps_title]


@pytest.mark.parametrize("file", sorted((ROOT / "frontend").rglob("*.py")), ids=lambda file: file.name)
def test_the_frontend_imports_no_other_room(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").split(".")[0])
    assert not imported & OTHER_ROOMS
