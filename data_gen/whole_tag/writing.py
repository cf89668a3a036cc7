"""Photos and their truth on disk: `photos/000000.jpg ...` and `photos.jsonl`, one JSON object a line."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from tqdm import tqdm

from data_gen.processes import map_on_processes
from data_gen.whole_tag.photograph import PhotoRenderer
from data_gen.whole_tag.truth import as_record

RECORDS = "photos.jsonl"

Task = tuple[int, float | None, int, Path]  # seed, megapixels, number, folder


def write_photos(count: int, seed: int, out: Path, *, megapixels: float | None = None, processes: int = 1) -> Path:
    """Render photos into a folder; returns the path of the records, which are written last.

    Args:
        count: number of photos.
        seed: another seed gives other photos.
        out: folder, which is made; photos of the same numbers are replaced.
        megapixels: of every photo; None: 1 to 12.
        processes: that render side by side. The files are the same for any number.

    Raises:
        WorkerProcessError: a process died.
    """
    (out / "photos").mkdir(parents=True, exist_ok=True)
    records = out / RECORDS
    records.unlink(missing_ok=True)
    tasks = [(seed, megapixels, number, out) for number in range(count)]
    written = map(_write_photo, tasks) if processes == 1 else map_on_processes(_write_photo, tasks, processes)
    lines = [line + "\n" for line in tqdm(written, total=count, unit="photo")]
    records.write_text("".join(lines), encoding="utf-8")
    return records


@lru_cache(maxsize=2)
def _renderer(seed: int, megapixels: float | None) -> PhotoRenderer:
    """One per process, so that fonts are looked for once."""
    return PhotoRenderer(seed, megapixels=megapixels)


def _write_photo(task: Task) -> str:
    seed, megapixels, number, out = task
    photo = _renderer(seed, megapixels).render(number)
    file = f"photos/{number:06d}.jpg"
    (out / file).write_bytes(photo.jpeg)
    record = as_record(file, photo.size, photo.tags, scene=photo.scene, damage=photo.damage)
    return json.dumps(record, ensure_ascii=False)
