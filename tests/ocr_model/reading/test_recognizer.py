import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_model.codes.format_prior import DEFAULT_PRIOR_WEIGHT, FormatPrior
from ocr_model.codes.text import match_key
from ocr_model.errors import ImageError
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.recognizer import CHAMPION, Recognizer

Writer = Callable[..., Path]
END = "<end>"

DARK_PICTURE = Image.new("RGB", (120, 30), "black")
BRIGHT_PICTURE = Image.new("RGB", (120, 30), "white")


@pytest.fixture
def reader(attention_model: Writer) -> Recognizer:
    return Recognizer.load(attention_model())


def test_the_most_probable_text_with_its_end(reader: Recognizer) -> None:
    prediction = reader.read(DARK_PICTURE)
    assert prediction.text == "A1"
    assert prediction.confidence == pytest.approx(0.9 * 0.8 * 0.95, rel=1e-5)
    assert [one.text for one in prediction.characters] == ["A", "1"]
    assert [one.confidence for one in prediction.characters] == pytest.approx([0.9, 0.8])
    assert (prediction.model.name, prediction.model.version) == ("tiny", "1")
    assert reader.info == prediction.model
    assert set(prediction.milliseconds) == {"prepare", "encode", "decode", "total"}
    assert all(value >= 0 for value in prediction.milliseconds.values())


def test_candidates_start_with_the_reading(reader: Recognizer) -> None:
    prediction = reader.read(DARK_PICTURE)
    found = {one.text: one.confidence for one in prediction.candidates}
    assert list(found) == ["A1", "AI", "B1", "A17", "B17"]
    assert found == pytest.approx(
        {
            "A1": 0.9 * 0.8 * 0.95,
            "AI": 0.9 * 0.2,
            "B1": 0.1 * 0.95,
            "A17": 0.9 * 0.8 * 0.05,
            "B17": 0.1 * 0.05,
        },
        rel=1e-4,
    )
    assert prediction.candidates[0].confidence == prediction.confidence


def test_no_text_is_a_reading_with_its_own_confidence(reader: Recognizer) -> None:
    prediction = reader.read(BRIGHT_PICTURE)
    assert (prediction.text, prediction.code, prediction.characters, prediction.formats) == ("", "", (), ())
    assert prediction.confidence == pytest.approx(0.97)
    assert [one.text for one in prediction.candidates] == ["", "1"]


def test_confidences_of_one_crop_are_at_most_one_together(attention_model: Writer) -> None:
    for calibration in (Calibration(0.3, bias=3.0), Calibration(1.0, bias=1.0), Calibration(4.0, bias=-2.0)):
        prediction = Recognizer.load(attention_model(), calibration=calibration).read(DARK_PICTURE)
        shown = [one.confidence for one in prediction.candidates]
        assert len(shown) > 1 and sum(shown) <= 1.0 + 1e-6
        assert shown == sorted(shown, reverse=True)


def test_greedy_is_a_beam_of_one(attention_model: Writer) -> None:
    prediction = Recognizer.load(attention_model(), beam=1).read(DARK_PICTURE)
    assert prediction.text == "A1"
    assert prediction.confidence == pytest.approx(0.9 * 0.8 * 0.95, rel=1e-5)


def test_the_confidence_is_calibrated_and_so_are_the_candidates(attention_model: Writer) -> None:
    directory = attention_model(changes={"calibration": {"temperature": 2.0}})
    prediction = Recognizer.load(directory).read(DARK_PICTURE)
    calibrate = Calibration(2.0).apply
    assert prediction.confidence == pytest.approx(calibrate(0.9 * 0.8 * 0.95), rel=1e-4)
    # What the calibration of the best one leaves is shared out.
    left = (1.0 - prediction.confidence) / (1.0 - 0.9 * 0.8 * 0.95)
    assert prediction.candidates[1].confidence == pytest.approx(0.9 * 0.2 * left, rel=1e-4)
    raw = Recognizer.load(directory, calibration=Calibration(1.0)).read(DARK_PICTURE)
    assert raw.confidence == pytest.approx(0.9 * 0.8 * 0.95, rel=1e-5)


def spell(text: str, certain: float = 1.0) -> dict[tuple[int, str], dict[str, float]]:
    table = {
        (at, text[at - 1] if at else ""): {character: certain, "-": 1.0 - certain} for at, character in enumerate(text)
    }
    return {**table, (len(text), text[-1]): {END: 1.0}}


def test_code_and_formats_come_from_the_line(attention_model: Writer) -> None:
    directory = attention_model(dark=spell("ART CP9448"), max_length=12)
    prediction = Recognizer.load(directory).read(DARK_PICTURE)
    assert (prediction.text, prediction.code) == ("ART CP9448", "CP9448")
    assert [(one.brand, one.code) for one in prediction.formats] == [("adidas", "CP9448")]
    assert "".join(one.text for one in prediction.characters) == prediction.text


def test_spacings_are_one_reading(attention_model: Writer) -> None:
    directory = attention_model(
        dark={
            (0, ""): {"A": 1.0},
            (1, "A"): {"1": 0.6, " ": 0.4},
            (2, " "): {"1": 1.0},
            (2, "1"): {END: 1.0},
            (3, "1"): {END: 1.0},
        }
    )
    prediction = Recognizer.load(directory).read(DARK_PICTURE)
    assert prediction.text == "A1"
    assert prediction.confidence == pytest.approx(1.0)
    assert len(prediction.candidates) == 1


def test_a_text_without_an_end_keeps_its_last_character(attention_model: Writer) -> None:
    endless = {(at, "A" if at else ""): {"A": 0.999, END: 0.001} for at in range(5)}
    prediction = Recognizer.load(attention_model(dark=endless, max_length=4)).read(DARK_PICTURE)
    assert prediction.text == "AAAA"
    assert len(prediction.characters) == 4
    assert prediction.confidence == pytest.approx(0.999**4 * 0.001, rel=1e-3)


def test_a_batch_reads_like_one_by_one(reader: Recognizer) -> None:
    pictures = [DARK_PICTURE, BRIGHT_PICTURE] * 20
    batch = reader.read_batch(pictures)
    assert [one.text for one in batch] == ["A1", ""] * 20
    assert [one.confidence for one in batch] == pytest.approx([reader.read(one).confidence for one in pictures])
    assert reader.read_batch([]) == []


def test_threads_do_not_disturb_each_other(reader: Recognizer) -> None:
    pictures = [DARK_PICTURE, BRIGHT_PICTURE, BRIGHT_PICTURE] * 40
    with ThreadPoolExecutor(8) as pool:
        assert [one.text for one in pool.map(reader.read, pictures)] == ["A1", "", ""] * 40


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("L", (40, 10), 0),
        Image.new("RGBA", (40, 10), (0, 0, 0, 255)),
        Image.new("CMYK", (40, 10), (255, 255, 255, 255)),
        Image.new("P", (40, 10), 0),
        Image.new("1", (40, 10), 0),
        Image.fromarray(np.zeros((10, 40), dtype=np.uint16)),
        np.zeros((10, 40, 3), dtype=np.uint8),
        np.zeros((10, 40, 1), dtype=np.uint8),
        np.zeros((10, 40), dtype=np.uint8),
        np.zeros((10, 40, 3), dtype=np.float32),
        np.zeros((40, 10, 3), dtype=np.uint8).transpose(1, 0, 2),
    ],
    ids=lambda picture: picture.mode if isinstance(picture, Image.Image) else f"{picture.dtype}{picture.shape}",
)
def test_pictures_of_every_kind(reader: Recognizer, picture: Any) -> None:
    assert reader.read(picture).text == "A1"


def test_float_arrays_read_like_bytes(reader: Recognizer) -> None:
    assert reader.read(np.ones((10, 40, 3))).text == ""
    assert reader.read(np.full((10, 40), 255, dtype=np.uint8)).text == ""
    assert reader.read(np.full((10, 40), 1.0 + 1e-6)).text == ""  # what a resize leaves beyond 1
    assert reader.read(np.full((10, 40), -1e-6)).text == "A1"


@pytest.mark.parametrize("size", [(20_000, 1), (1, 20_000), (1, 1), (200, 1), (20_000, 30)])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_extreme_shapes_are_read(reader: Recognizer, size: tuple[int, int], colour: str) -> None:
    prediction = reader.read(Image.new("RGB", size, colour))
    assert 0.0 <= prediction.confidence <= 1.0


@pytest.mark.parametrize(
    ("picture", "kind", "message"),
    [
        (Image.new("RGB", (0, 10)), "empty", "no pixels: it is 0 x 10"),
        (np.zeros((0, 10, 3), dtype=np.uint8), "empty", "no pixels"),
        (np.zeros((10, 0), dtype=np.uint8), "empty", "no pixels"),
        (np.full((4, 4, 3), np.nan), "bad_values", "not numbers"),
        (np.full((4, 4), np.inf), "bad_values", "not numbers"),
        (np.full((4, 4), 200.0), "bad_values", r"0\.\.1"),
        (np.full((4, 4), -0.1), "bad_values", r"0\.\.1"),
        (np.zeros((4, 4), dtype=np.int64), "bad_values", "int64"),
        (np.zeros((4, 4, 4), dtype=np.uint8), "bad_values", "shape"),
        (np.zeros((4,), dtype=np.uint8), "bad_values", "shape"),
    ],
)
def test_what_is_no_picture_is_refused(reader: Recognizer, picture: Any, kind: str, message: str) -> None:
    with pytest.raises(ImageError, match=message) as caught:
        reader.read(picture)
    assert caught.value.kind == kind


def test_a_path_is_read_as_a_file(reader: Recognizer, tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 20), "black")
    path = tmp_path / "tag.jpg"
    picture.save(path)
    expected = reader.read(picture).text
    assert [reader.read(path).text, reader.read(str(path)).text] == [expected] * 2
    assert [reading.text for reading in reader.read_batch([path, picture])] == [expected] * 2
    with pytest.raises(FileNotFoundError):
        reader.read(str(tmp_path / "missing.jpg"))
    with pytest.raises(ImageError, match="no list of pictures"):
        reader.read_batch(str(path))
    with pytest.raises(ImageError, match="pass a Pillow picture, an array"):
        reader.read(None)


def test_a_model_is_loaded_from_a_path_in_words(attention_model: Writer) -> None:
    assert Recognizer.load(str(attention_model())).info.name == "tiny"


def test_a_file_cut_off_is_an_image_error(reader: Recognizer, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = tmp_path / "tag.png"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ImageError) as caught, Image.open(path) as picture:
        reader.read(picture)
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize("options", [{"threads": 0}, {"beam": 0}])
def test_impossible_options(attention_model: Writer, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Recognizer.load(attention_model(), **options)


needs_champion = pytest.mark.skipif(
    not (CHAMPION / "model.json").is_file(),
    reason="the trained model ocr_model/weights/champion/model.json is missing",
)


@needs_champion
def test_the_champion_fits_its_description() -> None:
    description = json.loads((CHAMPION / "model.json").read_text(encoding="utf-8"))
    assert set(description["sha256"]) == set(description["files"].values())
    served = [CHAMPION / name for name in description["files"].values()]
    assert sum(file.stat().st_size for file in served) <= 20_000_000
    assert max(file.stat().st_size for file in CHAMPION.iterdir()) <= 20_000_000
    reader = Recognizer.load()
    assert (reader.info.name, reader.info.version) == (description["name"], description["version"])


def clean_print(text: str) -> Image.Image:
    font = ImageFont.load_default(36)
    left, top, far, low = (int(value) for value in font.getbbox(text))
    picture = Image.new("RGB", (far - left + 24, low - top + 20), "white")
    ImageDraw.Draw(picture).text((12 - left, 10 - top), text, fill="black", font=font)
    return picture


@needs_champion
def test_the_champion_reads_clean_print() -> None:
    reader = Recognizer.load()
    right = 0
    for text in ("CW2288-111", "GW2871", "315122-111", "VN0A38F7PXP", "162050C"):
        right += match_key(reader.read(clean_print(text)).text) == match_key(text)
    assert right >= 4


@needs_champion
@pytest.mark.parametrize("second", [False, True], ids=["alone", "second reader"])
def test_upright_text_never_comes_back_upside_down_with_certainty(second: bool) -> None:
    reader = Recognizer.load(second=second)
    texts = ["90989", "XS9989", "SX0616", "HN6906", "68606", "80160-806", "11822006", "91669089", "NX9608-018", "98"]
    for text, prediction in zip(texts, reader.read_batch([clean_print(text) for text in texts]), strict=True):
        if prediction.turn != 0:
            assert prediction.confidence < 0.9
            assert match_key(text) in {match_key(candidate.text) for candidate in prediction.candidates}


@needs_champion
def test_the_champion_survives_pictures_without_text() -> None:
    reader = Recognizer.load()
    for picture in (
        Image.new("RGB", (300, 60), "white"),
        Image.new("RGB", (20_000, 40), "grey"),
        Image.new("RGB", (300, 1), "black"),
    ):
        prediction = reader.read(picture)
        assert prediction.text == "" or prediction.confidence < 0.5


@needs_champion
@pytest.mark.parametrize("shape", ["ring", "disc", "square", "block", "bar", "dash"])
def test_rows_of_shapes_are_never_read_with_certainty(shape: str) -> None:
    """Eyelets, rivets, stitches: nine rings are no code of nine zeros."""
    reader = Recognizer.load()
    for count in (1, 3, 5, 7, 9):
        picture = Image.new("L", (count * 54, 60), 240)
        draw = ImageDraw.Draw(picture)
        for at in range(count):
            left, right, middle = at * 54 + 9, at * 54 + 45, at * 54 + 27
            if shape in {"ring", "disc"}:
                draw.ellipse((left, 12, right, 48), outline=10, width=5, fill=10 if shape == "disc" else None)
            elif shape in {"square", "block"}:
                draw.rectangle((left, 12, right, 48), outline=10, width=5, fill=10 if shape == "block" else None)
            elif shape == "bar":
                draw.rectangle((middle - 3, 12, middle + 3, 48), fill=10)
            else:
                draw.rectangle((left, 27, right, 33), fill=10)
        prediction = reader.read(picture)
        assert prediction.text == "" or prediction.confidence < 0.9


def test_a_doubtful_crop_is_looked_at_again_and_the_looks_are_pooled(attention_model: Writer) -> None:
    directory = attention_model()
    sure = Recognizer.load(directory, threads=1, second_look=0.5).read(DARK_PICTURE)
    assert sure.confidence == pytest.approx(0.9 * 0.8 * 0.95, rel=1e-5)
    # Two of the three other views are as dark, the negative is bright and says that there is no text.
    doubtful = Recognizer.load(directory, threads=1, second_look=0.7).read(DARK_PICTURE)
    assert doubtful.text == "A1"
    assert doubtful.confidence == pytest.approx(0.75 * 0.9 * 0.8 * 0.95, rel=1e-5)
    assert {one.text: one.confidence for one in doubtful.candidates}[""] == pytest.approx(0.25 * 0.97, rel=1e-5)


# --- The format prior ---


def one_or_i(one: float) -> dict[tuple[int, str], dict[str, float]]:
    """GW2871 or GW287I: the last shape decides, and only the first is in a brand's format."""
    table = spell("GW2871")
    table[(5, "7")] = {"1": one, "I": 1.0 - one}
    return {**table, (6, "I"): {END: 1.0}}


def test_the_formats_decide_where_the_picture_nearly_ties(attention_model: Writer) -> None:
    directory = attention_model(dark=one_or_i(0.45))
    prediction = Recognizer.load(directory, second_look=0.0, prior_weight=0.2).read(DARK_PICTURE)
    assert (prediction.text, prediction.picture_text) == ("GW2871", "GW287I")
    assert [one.text for one in prediction.candidates] == ["GW2871", "GW287I"]
    growth = math.exp(min(math.log(4.0), 0.2 * FormatPrior.load().advantage("GW2871")))
    assert prediction.confidence == pytest.approx(0.45 * growth / (0.45 * growth + 0.55), rel=1e-5)
    assert sum(one.confidence for one in prediction.candidates) == pytest.approx(1.0)
    assert prediction.formats and prediction.milliseconds["decode"] <= prediction.milliseconds["total"]


def test_the_picture_decides_where_it_is_clear(attention_model: Writer) -> None:
    directory = attention_model(dark=one_or_i(0.19))
    prediction = Recognizer.load(directory, second_look=0.0, prior_weight=1.0).read(DARK_PICTURE)
    assert (prediction.text, prediction.picture_text) == ("GW287I", None)
    assert prediction.confidence == pytest.approx(0.81 / (0.81 + 0.19 * 4.0), rel=1e-5)


def test_without_a_weight_the_formats_are_silent(attention_model: Writer) -> None:
    directory = attention_model(dark=one_or_i(0.45), changes={"decoding": {"prior_weight": 0.0}})
    prediction = Recognizer.load(directory, second_look=0.0).read(DARK_PICTURE)
    assert (prediction.text, prediction.picture_text) == ("GW287I", None)
    assert prediction.confidence == pytest.approx(0.55, rel=1e-5)


def test_what_no_format_knows_keeps_its_probability(attention_model: Writer) -> None:
    directory = attention_model(dark={(0, ""): {"X": 0.6, "K": 0.4}})
    with_prior, without = (
        Recognizer.load(directory, second_look=0.0, prior_weight=weight).read(DARK_PICTURE) for weight in (1.0, 0.0)
    )
    assert with_prior.candidates == without.candidates


def test_a_model_may_name_its_weight_and_silence_means_the_default(attention_model: Writer) -> None:
    directory = attention_model(dark=one_or_i(0.45), changes={"decoding": {"prior_weight": 1.0}})
    named = Recognizer.load(directory, second_look=0.0).read(DARK_PICTURE).confidence
    assert named == pytest.approx(0.45 * 4.0 / (0.45 * 4.0 + 0.55), rel=1e-5)
    silent = attention_model(dark=one_or_i(0.45))
    default, chosen = (
        Recognizer.load(silent, second_look=0.0, prior_weight=weight).read(DARK_PICTURE).confidence
        for weight in (None, DEFAULT_PRIOR_WEIGHT)
    )
    assert default == chosen != named


def test_picture_readings_know_no_formats(attention_model: Writer) -> None:
    reader = Recognizer.load(attention_model(dark=one_or_i(0.45)), second_look=0.0, prior_weight=1.0)
    (readings,) = reader.picture_readings([DARK_PICTURE])
    assert [one.text for one in readings] == ["GW287I", "GW2871"]
    assert [math.exp(one.log_probability) for one in readings] == pytest.approx([0.55, 0.45], rel=1e-5)
