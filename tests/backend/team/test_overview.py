"""The app collects what the team sees without what trains, renders or draws."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from backend.team.bodies import LabelsBody
from backend.team.overview import TeamData
from backend.team.thumbnails import Thumbnails
from datasets.samples.places import Places
from datasets.samples.store import SampleStore

ROOT = Path(__file__).parents[3]
PROBE = """
import sys
import backend.team.overview
unwanted = ("torch", "trdg", "matplotlib", "data_gen", "jinja2", "mlflow")
unwanted += ("ocr_model.training", "ocr_model.export", "ocr_model.reading.recognizer")
unwanted += tuple("datasets.cycles." + name for name in ("challenger", "decision", "drawing", "evaluation_sets"))
print([name for name in sys.modules if name.startswith(unwanted)])
"""


def test_serving_imports_nothing_that_trains_renders_or_draws() -> None:
    probe = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True)
    assert (probe.stdout, probe.stderr) == ("[]\n", "")


def test_the_queue_to_the_bucket_is_told_where_there_is_a_bucket(tmp_path: Path) -> None:
    for bucket, expected in ((None, None), (f"file://{tmp_path}/bucket", 0)):
        spool = tmp_path / f"spool-{bucket is None}"
        with SampleStore.open(spool, storage_url=bucket) as store:
            data = TeamData(store, Places.open(spool, bucket), Thumbnails(tmp_path / "thumbnails"), spool)
            queue = data.overview(None, None).queue
            data.close()
        assert (queue if queue is None else queue.unsent) == expected


def test_counting_keeps_others_of_the_team_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = tmp_path / "spool"
    begun, done, gate = threading.Event(), threading.Event(), threading.Event()
    with SampleStore.open(spool) as store:
        data = TeamData(store, Places.open(spool, None), Thumbnails(tmp_path / "thumbnails"), spool)
        counted = data._labels.counts

        def counts() -> LabelsBody:
            begun.set()
            assert gate.wait(600)
            return counted()

        monkeypatch.setattr(data._labels, "counts", counts)
        counting = threading.Thread(target=data.overview, args=(None, None))
        other = threading.Thread(target=lambda: (data.activity(), data.review(5), done.set()))
        counting.start()
        assert begun.wait(60)
        other.start()
        try:
            assert done.wait(60)
        finally:
            gate.set()
            counting.join()
            other.join()
            data.close()
