from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_model.errors import ModelError
from ocr_model.reading.recognizer import CHAMPION
from ocr_model.tags.korean_model import KoreanModel, columns_of, fit_line
from ocr_model.tags.korean_words import field_name, pieces_of

FONTS = [
    Path("/usr/share/fonts/truetype/nanum/NanumBarunGothic.ttf"),
    Path("/usr/share/fonts/truetype/unfonts-core/UnGraphic.ttf"),
]
NAMES = (
    "품번",
    "모델명",
    "색상",
    "사이즈",
    "치수",
    "제조국",
    "원산지",
    "제조년월",
    "소재",
    "소비자가격",
    "판매원",
    "전화번호",
)

needs_fonts = pytest.mark.skipif(not all(font.is_file() for font in FONTS), reason="fonts-nanum, fonts-unfonts-core")


@pytest.fixture(scope="module")
def model() -> KoreanModel:
    return KoreanModel.load(threads=1)


def print_line(text: str, font: Path) -> Image.Image:
    face = ImageFont.truetype(str(font), 30)
    left, top, right, bottom = (int(edge) for edge in face.getbbox(text))
    picture = Image.new("RGB", (right - left + 16, bottom - top + 14), "white")
    ImageDraw.Draw(picture).text((8 - left, 7 - top), text, "black", face)
    return picture


@needs_fonts
@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.stem)
def test_clean_field_names_are_read(model: KoreanModel, font: Path) -> None:
    readings = model.read([fit_line(print_line(name, font)) for name in NAMES])
    assert [field_name(reading) for reading in readings] == list(NAMES)


@needs_fonts
def test_the_place_of_other_print_is_known(model: KoreanModel) -> None:
    picture = print_line("품번 : CW2288-111", FONTS[0])
    (reading,) = model.read([fit_line(picture)])
    place = pieces_of(reading)[-1].place
    assert place is not None
    behind = print_line("품번 :", FONTS[0]).width - 8
    assert behind - 14 < place[0] * picture.width < behind + 16


@needs_fonts
def test_print_without_hangul_is_read_as_such(model: KoreanModel) -> None:
    texts = ("CW2288-111", "MADE IN VIETNAM", "STYLE NO. 9920", "80%SILK/SOIE", "RN# 142577", "2010 11", "250 MM")
    for reading in model.read([fit_line(print_line(text, FONTS[0])) for text in texts]):
        assert pieces_of(reading) == ()


def test_lines_of_any_length_are_read_together(model: KoreanModel) -> None:
    lines = [np.full((32, width), 255, np.uint8) for width in (16, 384, 33, 100)]
    together = model.read(lines)
    assert len(together) == 4
    assert model.read([]) == []
    assert [columns_of(width) for width in (16, 17, 384)] == [4, 5, 96]


def test_pictures_become_32_pixels_high() -> None:
    assert fit_line(Image.new("RGB", (200, 64))).shape == (32, 100)
    assert fit_line(Image.new("L", (4000, 20))).shape == (32, 384)
    assert fit_line(Image.new("L", (2, 40))).shape == (32, 16)


def test_another_graph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not read Korean"):
        KoreanModel.load(CHAMPION / "encoder.onnx")
    with pytest.raises(ModelError) as missing:
        KoreanModel.load(tmp_path / "missing.onnx")
    assert "\n" not in str(missing.value)
