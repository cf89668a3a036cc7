from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.reading.recognizer_loader import RecognizerLoader
from ocr_model.reading import second_reader


class Silent:
    name = "silent"

    def columns(self, pictures: object) -> list[object]:
        return []


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of threads for which a second reader was loaded."""
    threads: list[int] = []

    def load(number: int) -> Silent:
        threads.append(number)
        return Silent()

    monkeypatch.setattr(second_reader, "packaged_second_reader", load)
    return threads


def test_champions_share_one_second_reader(loaded: list[int]) -> None:
    load = RecognizerLoader(second_reader=True)
    with ThreadPoolExecutor(2) as pool:
        readers = list(pool.map(load, [None, None], [1, 1]))
    assert loaded == [1]
    assert [reader.second_reader for reader in readers] == ["silent", "silent"]


def test_switched_off_ours_reads_alone(loaded: list[int]) -> None:
    assert RecognizerLoader(second_reader=False)(None, 1).second_reader is None
    assert loaded == []
