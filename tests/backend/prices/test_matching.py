"""A title holds a code, or only something like it."""

import pytest

from backend.prices.matching import title_holds


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("나이키 에어포스 1 CW2288-111 화이트", "CW2288-111"),
        ("나이키CW2288-111화이트", "CW2288-111"),
        ("NIKE cw2288 111", "CW2288-111"),
        ("nike cw2288_111", "CW2288-111"),
        ("Nike CW2288111", "CW2288-111"),
        ("(CW2288-111)", "CW2288-111"),
        ("CW2288–111 / 260", "CW2288-111"),
        ("ＣＷ２２８８－１１１", "CW2288-111"),
        ("[정품] 푸마 374915-01", "37491501"),
        ("스케쳐스 117504 BLK", "117504"),
        ("adidas GW2871/화이트", "GW2871"),
        ("adidas GW2871-BLACK", "GW2871"),
        ("Reebok 2023-GZ4953", "GZ4953"),
        ("VN-0D3HY28", "VN0D3HY28"),
    ],
)
def test_holds(title: str, code: str) -> None:
    assert title_holds(title, code)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("나이키 에어포스 1 화이트", "CW2288-111"),
        ("CW2288-112", "CW2288-111"),
        ("푸마 374915-011", "374915-01"),  # goes on
        ("푸마 1374915-01", "374915-01"),
        ("푸마 374915-01", "374915"),  # one colour of it, which costs something else
        ("Converse 162050C", "162050"),
        ("1-117504", "117504"),
        ("XGW2871", "GW2871"),
        ("anything", ""),
        ("size 260 260", "260"),  # too short to mean anything
        ("CW2288 in 111 colours", "CW2288-111"),
    ],
)
def test_does_not_hold(title: str, code: str) -> None:
    assert not title_holds(title, code)


def test_codes_are_no_patterns() -> None:
    assert not title_holds("AXXXXX", "A....X")
    assert not title_holds("x", "(" * 60)
