import pytest

from ocr_model.tags.korean_words import field_name, pieces_of
from tests.ocr_model.tags.korean_readings import reading_of


def said(
    printed: str, *texts: str, confidence: float = 0.95, doubts: dict[int, tuple[float, str]] | None = None
) -> str:
    """What a line says, with these texts for its other print."""
    rest = iter(texts)
    pieces = pieces_of(reading_of(printed, confidence, doubts))
    return " ".join("".join(piece.text if piece.place is None else next(rest) for piece in pieces).split())


@pytest.mark.parametrize(
    ("printed", "texts", "expected"),
    [
        ("품번", (), "품번"),
        ("품 번 : CW2288-111", ("CW2288-111",), "품번: CW2288-111"),
        ("스타일 34.05282", ("34.05282",), "스타일: 34.05282"),
        ("- 제조국 : 베트남", (), "제조국: 베트남"),
        ("1. 제조국:", (), "제조국:"),
        ("수입/판매원 : AB", ("AB",), "수입/판매원: AB"),
        ("색상: 블루/차콜", (), "색상: 블루/차콜"),
        ("129,000원", ("129.000",), "129.000원"),
        ("소비자가격 129,000 원", ("129.000",), "소비자가격: 129.000원"),
        ("제조연월: 2026년 12월", ("2026", "12"), "제조연월: 2026년12월"),
        ("제조국 베트남", (), "제조국 베트남"),
        ("베트남", (), "베트남"),
    ],
)
def test_korean_words_are_put_beside_other_print(printed: str, texts: tuple[str, ...], expected: str) -> None:
    assert said(printed, *texts) == expected


@pytest.mark.parametrize(
    "printed", ["CW2288-111", "STYLE NO. 9920", "129,000", "", "원", "창", "A원", "2원", "GARD년월 0년FROID"]
)
def test_a_line_without_hangul_is_none(printed: str) -> None:
    assert pieces_of(reading_of(printed)) == ()


def test_syllables_that_are_hardly_seen_are_none() -> None:
    assert pieces_of(reading_of("품번: CW2288", confidence=0.3)) == ()
    assert pieces_of(reading_of("소비자가격", confidence=0.4)) == ()
    assert pieces_of(reading_of("29,000원", doubts={6: (0.4, "")})) == ()


@pytest.mark.parametrize(
    ("printed", "doubts", "expected"),
    [
        ("소비자가결", {4: (0.8, "격")}, "소비자가격"),
        ("제조국", {}, "제조국"),
        ("제조극", {2: (0.999999, "국")}, ""),  # surely another one
        ("제조극", {2: (0.7, "국")}, "제조국"),
        ("픔번", {0: (0.7, "품")}, "품번"),
        ("제조국명", {3: (0.4, "금")}, "제조국명"),
        ("소□자가격", {1: (0.8, "비")}, "소비자가격"),
        ("제조국명", {}, "제조국명"),
        ("소재□□", {}, ""),  # the beginning of another word
        ("가격 □□□", {}, "가격"),
    ],
)
def test_a_name_is_known_by_what_its_syllables_may_be(
    printed: str, doubts: dict[int, tuple[float, str]], expected: str
) -> None:
    assert field_name(reading_of(printed, doubts=doubts)) == expected


def test_other_print_begins_behind_the_syllables_and_the_marks() -> None:
    (_, _, piece) = pieces_of(reading_of("품번 : CW2288"))  # 13 wide: 4 of syllables, then ` : `
    assert piece.place == (pytest.approx(7 / 13, abs=0.03), 1.0)
    (piece, _) = pieces_of(reading_of("129,000원"))
    assert piece.place == (0.0, pytest.approx(7 / 9, abs=0.03))
