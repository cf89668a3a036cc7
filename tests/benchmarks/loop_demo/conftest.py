from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from benchmarks.loop_demo.demonstration import Finished


@pytest.fixture
def finished(tmp_path: Path) -> Finished:
    """Two accepted cycles, and mistyped labels that were rejected."""
    from tests.benchmarks.loop_demo import finishing

    return finishing.finished(tmp_path)
