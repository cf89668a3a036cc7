"""Photos and their truth on disk: `photos/000000.jpg ...` and `photos.jsonl`, one JSON object a line."""

from __future__ import annotations

import contextlib
import json
from functools import lru_cache
from pathlib import Path

from tqdm import tqdm

from data_gen.missing_fonts import warn_of_missing_fonts
from data_gen.whole_tag.faces import RECIPE
from data_gen.whole_tag.photograph import PhotoRenderer
from data_gen.whole_tag.truth import as_record
from data_gen.workplace import HERE, Workplace

RECORDS = "photos.jsonl"

Task = tuple[int, float | None, int]  # seed, megapixels, number


def write_photos(
    count: int, seed: int, out: Path, *, megapixels: float | None = None, workplace: Workplace = HERE
) -> Path:
    """Render photos into a folder; returns the path of the records, which are written last.

    Args:
        count: number of photos.
        seed: another seed gives other photos.
        out: folder, which is made; photos of the same numbers are replaced.
        megapixels: of every photo; None: 1 to 12.
        workplace: where they are rendered; the files are the same anywhere.

    Raises:
        WorkerProcessError: a worker died.
    """
    warn_of_missing_fonts(RECIPE)
    (out / "photos").mkdir(parents=True, exist_ok=True)
    records = out / RECORDS
    records.unlink(missing_ok=True)
    tasks = [(seed, megapixels, number) for number in range(count)]
    lines = []
    with contextlib.closing(workplace.map(_render_photo, tasks)) as rendered:
        for file, jpeg, line in tqdm(rendered, total=count, unit="photo"):
            (out / file).write_bytes(jpeg)
            lines.append(line + "\n")
    records.write_text("".join(lines), encoding="utf-8")
    return records


@lru_cache(maxsize=2)
def _renderer(seed: int, megapixels: float | None) -> PhotoRenderer:
    """One per process, so that fonts are looked for once."""
    return PhotoRenderer(seed, megapixels=megapixels)


def _render_photo(task: Task) -> tuple[str, bytes, str]:
    """File, its bytes, and its record."""
    seed, megapixels, number = task
    photo = _renderer(seed, megapixels).render(number)
    file = f"photos/{number:06d}.jpg"
    record = as_record(file, photo.size, photo.tags, scene=photo.scene, damage=photo.damage)
    return file, photo.jpeg, json.dumps(record, ensure_ascii=False)
