"""The app collects what the team sees without what trains, renders or draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
