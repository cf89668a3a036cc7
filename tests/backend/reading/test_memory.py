"""Memory of decoded photos goes back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

PROGRAM = """
import threading
from pathlib import Path
from PIL import Image
from backend.reading.memory import give_back_memory, share_one_arena

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024

def work(kept):
    photos = [Image.new("RGB", (2000, 1500), "white") for _ in range(12)]
    kept.append(Image.new("RGB", (300, 300), "white"))  # above them, so that the heap cannot simply shrink

share_one_arena()
before, kept = resident(), []
for _ in range(2):
    thread = threading.Thread(target=work, args=(kept,))
    thread.start()
    thread.join()
give_back_memory()
print(resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux' /proc")
def test_photos_leave_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=600, check=True
    )
    assert int(done.stdout) < 40  # MB; twelve photos take 140


LARGE_BLOCKS = (
    PROGRAM.split("share_one_arena()\n")[0].replace("share_one_arena", "map_large_blocks")
    + """
map_large_blocks()
bytes(30 << 20)  # once freed, it would have blocks of its size taken from the heap
before = resident()
blocks = [bytearray(20 << 20) for _ in range(3)]
above = [bytearray(100_000) for _ in range(3)]
del blocks
print(resident() - before)
"""
)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux' /proc")
def test_large_blocks_return_as_soon_as_they_are_freed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LARGE_BLOCKS], cwd=ROOT, capture_output=True, text=True, timeout=600, check=True
    )
    assert int(done.stdout) < 10  # MB
