from pathlib import Path

import pytest

from ocr_model.codes.text import normalize_text
from ocr_model.errors import ModelError
from ocr_model.tags import vocabulary as module
from ocr_model.tags.parts import parts_of
from ocr_model.tags.vocabulary import vocabulary


def test_words_are_normalised() -> None:
    words = vocabulary()
    groups = (words.field_names, words.size_units, words.countries, words.colours, words.materials, words.care)
    assert [word for group in groups for word in group if normalize_text(word) != word] == []


@pytest.mark.parametrize("name", sorted(vocabulary().field_names))
def test_every_field_name_is_known_alone(name: str) -> None:
    (part,) = parts_of(name)
    assert part.is_open
    assert part.kind == vocabulary().field_names[name]


def test_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "vocabulary.toml"
    damaged.write_text("colours = [")
    monkeypatch.setattr(module, "_FILE", damaged)
    with pytest.raises(ModelError, match="words of tags"):
        vocabulary.__wrapped__()
