from pathlib import Path

from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


def test_a_crop_without_its_event_is_swept_away_but_not_with_a_damaged_event_beside_it(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))
        lost = store.keep(picture(2), label("q"))
    event = (tmp_path / lost.event).read_bytes()
    (tmp_path / lost.event).write_bytes(event[:-20])
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == [kept]
        assert (tmp_path / lost.crop).exists()
        assert {problem.name for problem in store.upkeep.verify()} == {lost.event, lost.crop}
    (tmp_path / lost.event).unlink()
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    with SampleStore.open(tmp_path) as store:
        assert not (tmp_path / lost.crop).exists()
        assert (tmp_path / kept.crop).exists()
