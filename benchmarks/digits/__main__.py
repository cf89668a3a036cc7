"""Measures a reader of digits.

python -m benchmarks.digits [--model DIR] [--out docs/digits_measured.md]

MNIST's 10,000 test digits (`python -m data_gen digits --fetch`), digits of handwriting fonts that training never saw,
letters and scribbles that are no digits, and the time of a digit with one thread.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.digits.confusions import draw_confusions
from benchmarks.digits.written import scribbles, write_digits, write_letters
from data_gen.drawn.mnist import FOLDER
from ocr_model.domains.digits import DIGITS
from ocr_model.export.proportion import Proportion
from ocr_model.labelled_folder import read_labels
from ocr_model.reading.recognizer import Recognizer

_SEED = 20_261_201  # of the written sets; nothing was chosen by them
_BATCH = 16


@dataclass(frozen=True)
class Measured:
    """The readings of a set."""

    name: str
    images: list[NDArray[np.uint8]]
    texts: list[str]
    readings: list[str]
    confidences: list[float]

    @property
    def right(self) -> Proportion:
        """Texts that were read right."""
        return Proportion(sum(map(str.__eq__, self.texts, self.readings)), len(self.texts))

    def wrong_from(self, threshold: float) -> Proportion:
        """Wrong digits among the digits that are read with at least this confidence."""
        sure = [
            (text, reading)
            for text, reading, confidence in zip(self.texts, self.readings, self.confidences, strict=True)
            if reading and confidence >= threshold
        ]
        return Proportion(sum(text != reading for text, reading in sure), len(sure))


def measure(reader: Recognizer, name: str, images: list[NDArray[np.uint8]], texts: list[str]) -> Measured:
    """Read a set as it is served."""
    readings: list[str] = []
    confidences: list[float] = []
    for first in range(0, len(images), _BATCH):
        for prediction in reader.read_batch(images[first : first + _BATCH]):
            readings.append(prediction.text)
            confidences.append(prediction.confidence)
    return Measured(name, images, texts, readings, confidences)


def milliseconds_per_digit(reader: Recognizer, images: list[NDArray[np.uint8]]) -> tuple[float, float]:
    """Median and 95th percentile of one digit at a time, the preparation included."""
    for image in images[:20]:
        reader.read(image)
    taken = []
    for image in images:
        began = time.perf_counter()
        reader.read(image)
        taken.append((time.perf_counter() - began) * 1000)
    return float(np.median(taken)), float(np.percentile(taken, 95))


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write the page.

    Returns:
        Exit status: 0; 2 without MNIST or the fonts.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digits", description=__doc__)
    parser.add_argument("--model", type=Path, default=DIGITS.shipped_model, help="an exported model of digits")
    parser.add_argument("--out", type=Path, default=Path("docs/digits_measured.md"), help="page to write")
    parser.add_argument("--written", type=int, default=2000, help="digits of handwriting fonts")
    parser.add_argument("--others", type=int, default=1000, help="letters, and as many scribbles")
    args = parser.parse_args(arguments)
    reader = Recognizer.load(args.model, threads=1, second=False)
    try:
        labels = read_labels(FOLDER / "test")
        written = write_digits(_SEED, args.written)
        others = [write_letters(_SEED, args.others), scribbles(_SEED, args.others)]
    except (FileNotFoundError, ValueError) as error:
        print(f"error: {error}; python -m data_gen digits --fetch", file=sys.stderr)
        return 2
    mnist = measure(
        reader,
        "MNIST, test",
        [np.asarray(label.picture().convert("L")) for label in labels],
        [label.text for label in labels],
    )
    fonts = measure(reader, "handwriting fonts, warped", [one.image for one in written], [one.text for one in written])
    rejected = [
        measure(reader, f"{group[0].what}s", [one.image for one in group], [one.text for one in group])
        for group in others
    ]
    by_font = Counter(one.font for one, reading in zip(written, fonts.readings, strict=True) if one.text != reading)
    page = _page(
        reader, args.model, mnist, fonts, rejected, by_font, milliseconds_per_digit(reader, fonts.images[:300])
    )
    args.out.write_text(page, encoding="utf-8")
    draw_confusions([mnist, fonts], args.out.with_suffix(".png"))
    print(page)
    return 0


def _page(
    reader: Recognizer,
    model: Path,
    mnist: Measured,
    fonts: Measured,
    rejected: list[Measured],
    by_font: Counter[str],
    milliseconds: tuple[float, float],
) -> str:
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    threshold = reader.info.accept_threshold
    lines = [
        "# Digits, measured",
        "",
        f"`python -m benchmarks.digits` on {reader.info.name} {reader.info.version}: {description['architecture']},"
        f" {description['card']['parameters']:,} parameters.",
        "",
        "| set | read right | share, % (95 % interval) |",
        "|---|---|---|",
    ]
    for measured in (mnist, fonts, *rejected):
        right = measured.right
        low, high = right.interval()
        what = "rejected" if measured in rejected else "read right"
        share = f"{100 * right.share:.2f} ({100 * low:.2f} to {100 * high:.2f})"
        lines.append(f"| {measured.name} ({what}) | {right.count} of {right.total} | {share} |")
    lines += ["", "| of MNIST's | read right |", "|---|---|"]
    for digit in DIGITS.charset:
        readings = [reading for text, reading in zip(mnist.texts, mnist.readings, strict=True) if text == digit]
        lines.append(f"| {digit} | {readings.count(digit)} of {len(readings)} |")
    if threshold is not None:
        lines += ["", f"Wrong among the digits that are accepted without asking (confidence from {threshold:.3f}):", ""]
        for measured in (mnist, fonts, *rejected):
            wrong = measured.wrong_from(threshold)
            lines.append(f"* {measured.name}: {wrong.count} of {wrong.total}")
    worst = ", ".join(f"{font} {count}" for font, count in by_font.most_common(5))
    lines += [
        "",
        f"Fonts with the most misread digits: {worst or 'none'}.",
        "",
        f"Time of one digit, one thread, preparation included: median {milliseconds[0]:.2f} ms,"
        f" 95th percentile {milliseconds[1]:.2f} ms.",
        "",
        "![Which digits are read as which](digits_measured.png)",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
