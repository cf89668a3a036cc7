from benchmarks.misreadings import misreadings_page
from benchmarks.race import ReaderResult
from benchmarks.readers import Reading
from tests.benchmarks.racing import case, reader


def test_errors_are_listed_with_pictures_the_surest_first() -> None:
    cases = [case(file="right.png"), case(file="doubtful.png"), case(file="sure.png"), case(file="peers.png")]
    mine = ReaderResult(
        reader("mine"), cases, [Reading("A1", 1), Reading("B2", 0.3), Reading("<C3>", 0.9), Reading("A1", 1)]
    )
    peer = ReaderResult(reader("peer"), cases, [Reading("A1", 1), Reading("A1", 1), Reading("", 0), Reading("D4", 0.7)])
    page = misreadings_page([mine, peer])
    assert "right.png" not in page
    assert page.index("sure.png") < page.index("doubtful.png") < page.index("peers.png")
    assert page.count("data:image/webp;base64,") == 3
    assert "&lt;C3&gt;" in page
    assert "<C3>" not in page
    assert "(no text)" in page


def test_a_reader_without_peers_has_a_page_too() -> None:
    page = misreadings_page([ReaderResult(reader("mine"), [case()], [Reading("B2", 0.3)])])
    assert "1 of 1" in page
    assert "B2" in page
