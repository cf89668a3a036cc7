"""Read whole photos beside rapidocr's full pipeline: which labelled codes are among the lines, and how long it takes.

    python -m benchmarks.photos --photos real/photos --pictures /tmp/photos [--threads 2]

The folder of photos holds `labels.jsonl`: per photo `file` and `codes`, each with `text` and `box` (left, upper, right,
lower, in pixels). A code is found where a line covers the middle of its box, and read where such a line says it, on
A-Z0-9, alone or as whole fields of the line. Both read the same decoded photo, in one process, by turns.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.report import busyness, machine
from ocr_model.codes.text import match_key, normalize_text
from ocr_model.command_line import run_command
from ocr_model.errors import ImageError, ModelError
from ocr_model.reading.files import read_picture
from ocr_model.tags.cutting import cut_line
from ocr_model.tags.polygons import contains
from ocr_model.tags.tag import Corners, Tag
from ocr_model.tags.tag_reader import TagReader

_FIELD = re.compile(r"[A-Z0-9]+")
_GREEN, _ORANGE, _RED, _GREY = (0, 150, 0), (230, 120, 0), (220, 0, 0), (110, 110, 160)


@dataclass(frozen=True)
class LabelledCode:
    """A code that is printed on a photo."""

    text: str
    box: tuple[float, float, float, float]  # left, upper, right, lower, pixels

    @property
    def middle(self) -> tuple[float, float]:
        """Of its box."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


@dataclass(frozen=True)
class LabelledPhoto:
    """A photo and some of the codes on it."""

    file: str
    photo: Image.Image
    codes: tuple[LabelledCode, ...]


@dataclass(frozen=True)
class ReadLine:
    """A line as a reader found it."""

    text: str
    corners: Corners


@dataclass(frozen=True)
class PhotoResult:
    """What both readers found on one photo."""

    photo: LabelledPhoto
    tag: Tag
    peer: tuple[ReadLine, ...]
    peer_on_ours: tuple[ReadLine, ...]  # the peer's recognizer on our lines
    seconds: float
    peer_seconds: float
    alone: Tag | None = None  # what ours reads without the second reader; None if that was not measured
    alone_seconds: float = 0.0

    @property
    def ours(self) -> tuple[ReadLine, ...]:
        """Our lines."""
        return lines_of(self.tag)

    @property
    def first_card_is_right(self) -> bool:
        """Whether the first card names a labelled code."""
        return self._names_a_code(self.tag)

    @property
    def first_card_alone_is_right(self) -> bool:
        """The same without the second reader."""
        return self.alone is not None and self._names_a_code(self.alone)

    def _names_a_code(self, tag: Tag) -> bool:
        code = tag.cards[0].code if tag.cards else None
        return code is not None and any(says(label.text, code.value) for label in self.photo.codes)


def lines_of(tag: Tag) -> tuple[ReadLine, ...]:
    """The lines of our reading."""
    return tuple(ReadLine(line.text, line.corners) for line in tag.lines)


def load_photos(folder: Path) -> list[LabelledPhoto]:
    """The labelled photos of a folder.

    Raises:
        OSError, ImageError, ValueError: the labels or a photo cannot be read.
    """
    photos = []
    for row in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(row)
        codes = tuple(LabelledCode(code["text"], tuple(code["box"])) for code in label["codes"])
        photos.append(LabelledPhoto(label["file"], read_picture(folder / label["file"]), codes))
    return photos


def says(line: str, code: str) -> bool:
    """Whether a line says a code on A-Z0-9: as a whole, or as whole fields in a row."""
    fields, key = _FIELD.findall(normalize_text(line)), match_key(code)
    starts = range(len(fields))
    return any("".join(fields[start:end]) == key for start in starts for end in range(start + 1, len(fields) + 1))


def is_found(code: LabelledCode, lines: Sequence[ReadLine]) -> bool:
    """Whether a line covers the middle of a code."""
    return any(contains(line.corners, code.middle) for line in lines)


def is_read(code: LabelledCode, lines: Sequence[ReadLine]) -> bool:
    """Whether a line that covers the middle of a code says it."""
    return any(contains(line.corners, code.middle) and says(line.text, code.text) for line in lines)


# --- The peer ---


class RapidPipeline:
    """rapidocr's full default pipeline, with as many threads as ours."""

    def __init__(self, threads: int) -> None:
        import rapidocr

        self._engine: Any = rapidocr.RapidOCR(
            params={
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, photo: Image.Image) -> tuple[ReadLine, ...]:
        """All lines that it finds and believes."""
        result = self._engine(np.asarray(photo)[:, :, ::-1], use_det=True, use_cls=True, use_rec=True)
        if result.boxes is None:
            return ()
        return tuple(
            ReadLine(text, _corners(box)) for text, box in zip(result.txts or (), result.boxes.tolist(), strict=True)
        )

    def read_lines(self, photo: Image.Image, tag: Tag) -> tuple[ReadLine, ...]:
        """Its recognizer's readings of our lines, cut and turned as ours reads them."""
        if not tag.lines:
            return ()
        crops = [np.asarray(cut_line(photo, line.corners))[:, :, ::-1] for line in tag.lines]
        texts = self._engine.recognize_txt(crops).txts
        return tuple(ReadLine(text, line.corners) for text, line in zip(texts, tag.lines, strict=True))


def _corners(box: Sequence[Sequence[float]]) -> Corners:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d


# --- Measuring ---


def measure(
    reader: TagReader, alone: TagReader, peer: RapidPipeline, photos: Sequence[LabelledPhoto]
) -> list[PhotoResult]:
    """All read every photo; another one comes first on the next one.

    Args:
        reader: ours with the second reader.
        alone: ours without it.
        peer: the pipeline beside them.
        photos: at least one.
    """
    reads: list[Callable[[Image.Image], Any]] = [reader.read_tag, alone.read_tag, peer.read]
    for read in reads:
        read(photos[0].photo)
    results = []
    for number, photo in enumerate(photos):
        answers: list[Any] = [None] * len(reads)
        seconds = [0.0] * len(reads)
        for turn in range(len(reads)):
            at = (number + turn) % len(reads)
            began = time.perf_counter()
            answers[at] = reads[at](photo.photo)
            seconds[at] = time.perf_counter() - began
        tag, tag_alone, lines = answers
        on_ours = peer.read_lines(photo.photo, tag)
        results.append(PhotoResult(photo, tag, lines, on_ours, seconds[0], seconds[2], tag_alone, seconds[1]))
    return results


def table(results: Sequence[PhotoResult]) -> str:
    """Every photo, then all of them, as Markdown."""
    rows = [
        "| photo | codes | lines | found | read | read by rapidocr's recognizer on these lines | either"
        " | rapidocr's pipeline: lines | found | read | ms | its ms | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    sums = [0] * 9
    for number, result in enumerate(results):
        codes, both = result.photo.codes, (*result.ours, *result.peer_on_ours)
        counts = [
            len(codes),
            len(result.ours),
            sum(is_found(code, result.ours) for code in codes),
            *(sum(is_read(code, lines) for code in codes) for lines in (result.ours, result.peer_on_ours, both)),
            len(result.peer),
            sum(is_found(code, result.peer) for code in codes),
            sum(is_read(code, result.peer) for code in codes),
        ]
        sums = [total + count for total, count in zip(sums, counts, strict=True)]
        times = f"{1000 * result.seconds:.0f} | {1000 * result.peer_seconds:.0f}"
        ratio = f"{result.seconds / result.peer_seconds:.2f}"
        rows.append(f"| {number} | {' | '.join(map(str, counts))} | {times} | {ratio} |")
    medians = [statistics.median(getattr(result, name) for result in results) for name in ("seconds", "peer_seconds")]
    ratio = f"{statistics.median(result.seconds / result.peer_seconds for result in results):.2f}"
    times = " | ".join(f"{1000 * seconds:.0f}" for seconds in medians)
    rows.append(f"| sum, median | {' | '.join(map(str, sums))} | {times} | {ratio} |")
    right = sum(result.first_card_is_right for result in results)
    rows.append(f"\nThe first card names a labelled code on {right} of {len(results)} photos.")
    if all(result.alone is not None for result in results):
        rows.append(_without_second_reader(results))
    return "\n".join(rows)


def _without_second_reader(results: Sequence[PhotoResult]) -> str:
    codes = sum(len(result.photo.codes) for result in results)
    read = sum(
        is_read(code, lines_of(result.alone)) for result in results if result.alone for code in result.photo.codes
    )
    right = sum(result.first_card_alone_is_right for result in results)
    median = statistics.median(result.alone_seconds for result in results)
    ratio = statistics.median(result.alone_seconds / result.peer_seconds for result in results)
    return (
        f"Without the second reader: {read} of {codes} codes read, the first card right on {right} photos,"
        f" {1000 * median:.0f} ms, ratio {ratio:.2f}."
    )


def resident_megabytes() -> tuple[float, float]:
    """Memory of this process now and at its largest, 10^6 bytes (Linux)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    now, largest = (int(status[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
    return now, largest


def draw(result: PhotoResult) -> Image.Image:
    """The photo with our lines (grey), codes read (green), found but misread (orange) and missed (red)."""
    picture = result.photo.photo.convert("RGB")
    pen = ImageDraw.Draw(picture)
    for line in result.ours:
        pen.polygon(line.corners, outline=_GREY)
        pen.text(line.corners[0], line.text.encode("ascii", "replace").decode(), fill=_GREY, anchor="ld")
    for code in result.photo.codes:
        found, read = is_found(code, result.ours), is_read(code, result.ours)
        colour = _GREEN if read else _ORANGE if found else _RED
        pen.rectangle(code.box, outline=colour, width=3)
        if not read:
            pen.text((code.box[2] + 4, code.box[1]), code.text, fill=colour)
    return picture


def main(arguments: list[str]) -> int:
    """Run the comparison.

    Returns:
        Exit status: 0, also if codes are missed; 2 if there is nothing to measure, or no model or peer.
    """
    args = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    if args.photos is None:
        print("error: no real photos: set REAL_PHOTOS to a folder with labels.jsonl", file=sys.stderr)
        return 2
    try:
        photos = load_photos(args.photos)
        reader = TagReader.load(threads=args.threads)
        without = TagReader.load(threads=args.threads, second=False)
        for photo in photos:
            reader.read_tag(photo.photo)
        before = resident_megabytes()
        peer = RapidPipeline(args.threads)
    except ImportError:
        print("error: rapidocr is not installed", file=sys.stderr)
        return 2
    except (OSError, ImageError, ModelError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    results = measure(reader, without, peer, photos)
    print(f"{machine(args.threads)}, {busyness(load)}\n\n{table(results)}\n")
    both = resident_megabytes()
    print(f"Resident MB, photos included: this reader {before[0]:.0f}, at most {before[1]:.0f};", end=" ")
    print(f"after rapidocr's pipeline ran in the same process {both[0]:.0f}, at most {both[1]:.0f}.")
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        for number, result in enumerate(results):
            draw(result).save(args.pictures / f"{number:02}.png")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.photos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    crops = os.environ.get("REAL_CROPS")
    beside = Path(crops).parent / "photos" if crops else None
    parser.add_argument(
        "--photos",
        type=Path,
        default=os.environ.get("REAL_PHOTOS") or beside,
        help="folder of photos with labels.jsonl (default: $REAL_PHOTOS, or `photos` beside $REAL_CROPS)",
    )
    parser.add_argument("--threads", type=int, default=2, help="of both readers (default: 2)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write the photos with their lines to this folder")
    return parser


if __name__ == "__main__":
    sys.exit(run_command(partial(main, sys.argv[1:])))
