from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trdg")
pytest.importorskip("torch")

from data_gen.fonts import FontsMissingError
from ocr_model.tags.korean_model import is_hangul
from ocr_model.training.korean.lines import HELD_OUT, RECIPE, SHARD, LineRenderer, read_lines, write_lines


@pytest.fixture(scope="module")
def renderer() -> LineRenderer:
    try:
        return LineRenderer(RECIPE, 3)
    except FontsMissingError as error:
        pytest.skip(str(error))


def test_lines_are_strips_and_come_again(renderer: LineRenderer) -> None:
    lines = [renderer.render(number) for number in range(24)]
    again = [renderer.render(number) for number in reversed(range(24))][::-1]
    assert [line.text for line in lines] == [line.text for line in again]
    for line, other in zip(lines, again, strict=True):
        assert line.pixels.shape[0] == 32
        assert 16 <= line.pixels.shape[1] <= 384
        assert np.array_equal(line.pixels, other.pixels)
    assert not any(is_hangul(character) for line in lines[::8] for character in line.text)
    assert sum(any(map(is_hangul, line.text)) for line in lines) > 12
    assert np.mean([line.pixels.std() > 8 for line in lines]) > 0.8


def test_a_face_is_trained_on_or_held_out() -> None:
    from data_gen.fonts import load_fonts
    from data_gen.recipe import load_recipe

    try:
        trained, held_out = (load_fonts(load_recipe(str(recipe)).fonts).groups for recipe in (RECIPE, HELD_OUT))
    except FontsMissingError as error:
        pytest.skip(str(error))
    assert not {path for _, paths in trained for path in paths} & {path for _, paths in held_out for path in paths}


def test_shards_that_are_there_stay(tmp_path: Path, renderer: LineRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_model.training.korean.lines.SHARD", 3)
    from ocr_model.training.korean import lines

    lines._open(tmp_path, RECIPE, 3)
    lines._write_shard(0)
    written = (tmp_path / "lines-00000.npz").read_bytes()
    told: list[int] = []
    write_lines(tmp_path, 2, processes=1, progress=told.append, seed=3)
    assert told == []
    assert (tmp_path / "lines-00000.npz").read_bytes() == written
    found = list(read_lines(tmp_path))
    assert [line.text for line in found] == [renderer.render(number).text for number in range(3)]
    assert all(np.array_equal(line.pixels, renderer.render(number).pixels) for number, line in enumerate(found))
    assert SHARD > 3
