"""What Ray is set to can be read without Ray, and Ray knows each name."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.ray.defaults import DEFAULTS


def test_they_are_printed_for_the_environment_of_ray() -> None:
    told = subprocess.run([sys.executable, "-m", "deploy.ray.defaults"], capture_output=True, text=True, check=True)
    assert dict(line.split("=", 1) for line in told.stdout.splitlines()) == DEFAULTS


def test_ray_knows_each_name() -> None:
    found = importlib.util.find_spec("ray")
    if found is None or found.origin is None:
        pytest.skip("Ray is not installed (requirements-ray.txt)")
    root = Path(found.origin).parent
    files = ("_common/usage/usage_constants.py", "_private/ray_constants.py", "serve/_private/constants.py")
    known = "".join((root / file).read_text() for file in files)
    assert [name for name in DEFAULTS if f'"{name}"' not in known] == []
