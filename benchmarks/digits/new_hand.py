"""Let a new hand be learned: its drawings are read, confirmed or corrected, and a cycle trains from them.

    python -m benchmarks.digits.new_hand --out var/new-hand [--picture docs/digits-demo.png]

Starts the real backend with the shipped reader of digits, draws with a hand that it reads badly (`hand.py`), and
answers each reading as the person who drew would. A version is made of these labels and of drawings of other hands that
the store holds already (1,500 of MNIST's that train, `python -m data_gen digits --fetch`; none without them), and
`python -m datasets --domain digits cycle` trains from it. Labels that contradict a sure reading usually wait for a
second look; here the version takes them (`--include-suspicious`), for the hand makes no mistakes. Other drawings of the
hand, never labelled, are read by the backend before and after, and MNIST's 10,000 test digits by the model that serves.

Exit status: 0 if the errors of the hand fell and no more of MNIST is misread than chance allows, 1 if not, 2 if it
cannot run.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.digits.__main__ import measure
from benchmarks.digits.hand import Drawn, draw_hand
from benchmarks.drivers.tag_picture import encode
from benchmarks.loop_demo.accuracy import change
from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.programs import ProgramError, run_command, running_backend
from benchmarks.loop_demo.shoppers import Verdict
from data_gen.drawn.mnist import FOLDER
from datasets.cycles.report import CycleReport, Reports
from datasets.cycles.wording import in_english
from datasets.models.champions import Champions
from datasets.samples.places import Places
from ocr_model.domains.digits import DIGITS
from ocr_model.errors import LabelsError
from ocr_model.labelled_folder import LABELS, read_labels
from ocr_model.reading.recognizer import Recognizer

_LEARNED, _HELD_OUT = 1, 2  # seeds of the hand
_SERVING_WITHIN = 120.0  # seconds from a promotion
_CLIENT = "new-hand"
_ROWS = 6  # of ten drawings each, in the picture
_STRIP = 40  # pixels below each of them, for what was read
_VERSION, _EVALUATION_SHARE = "v1.0", "0.25"
_OTHERS = 1500  # drawings of other hands
_WORKER = """[cycle.evaluation]
synthetic_crops = 1000
threads = 1

[cycle.challenger]
crops = {crops}
batch = 32
learning_rate = 3e-4
checkpoint_every = 5000
collected_share = 0.6
champion_share = 0.6
check_crops = 64
turn_crops = 0
threads = 1
"""


@dataclass(frozen=True)
class Learned:
    """What came of it."""

    drawings: list[Drawn]  # held out
    before: list[str]  # readings of them by the shipped model
    after: list[str]  # and by the one that serves at the end
    labels: int
    corrected: int
    report: CycleReport
    mnist: tuple[list[bool], list[bool]] | None  # which test digits each of the two reads right; None without them

    def errors(self, readings: Sequence[str], digits: str = DIGITS.charset) -> int:
        """Misread drawings among those of some digits."""
        pairs = zip(self.drawings, readings, strict=True)
        return sum(reading != drawn.digit for drawn, reading in pairs if drawn.digit in digits)


def learn(out: Path, drawings: int, held_out: int, crops: int) -> Learned:
    """Run the demonstration in an empty folder.

    Args:
        out: For store, logs and models.
        drawings: Of the hand, to be labelled.
        held_out: Others of it, which only measure.
        crops: That the cycle trains on.

    Raises:
        ProgramError: A program failed, or a drawing could not be read.
    """
    data, tests = (out / "data").resolve(), draw_hand(_HELD_OUT, held_out)
    spool = data / "spool"
    data.mkdir(parents=True)
    settings = out / "worker.toml"
    settings.write_text(_WORKER.format(crops=crops), encoding="utf-8")
    journal, at_home = Journal(), ["--domain", DIGITS.name, "--spool", str(spool)]
    with (
        running_backend(data, out / "backend.log", {"TAGS_DOMAINS": DIGITS.name}) as (_, url),
        Client(url, journal) as client,
    ):
        if (others := _other_hands(out / "others")) is not None:
            run_command(data, [*at_home, "upload", str(others), "--pictures", "crops", "--author", "others"])
        before = [_read(client, drawn)[1] for drawn in tests]
        corrected = 0
        for drawn in draw_hand(_LEARNED, drawings):
            prediction, reading = _read(client, drawn)
            is_right = reading == drawn.digit
            verdict = Verdict("accepted", None) if is_right else Verdict("corrected", drawn.digit)
            kept = client.keep(prediction, verdict, _CLIENT)
            if kept is None or kept.text != drawn.digit:
                raise ProgramError(f"a drawing of {drawn.digit} could not be kept")
            corrected += not is_right
        taken = ["--collected", "all", "--include-suspicious", "--evaluation-share", _EVALUATION_SHARE]
        run_command(data, [*at_home, "create", _VERSION, *taken])
        options = ["--settings", str(settings), "--work", str(out / "cycles"), "--tracking", "none"]
        with Places.open(spool, domain=DIGITS) as places:
            try:
                run_command(data, [*at_home, "cycle", "--version", _VERSION, *options])
            except ProgramError:  # also where the cycle rejects the challenger
                if not Reports(places.authority).all():
                    raise
            report = Reports(places.authority).all()[-1]
            champion = DIGITS.shipped_model
            if report.promoted_number is not None:
                _wait_until_served(client, report.promoted_number)
                champions = Champions(places.authority)
                record = champions.current()
                champion = champions.fetch(record, out / "models") if record is not None else champion
        after = [_read(client, drawn)[1] for drawn in tests]
    both = _right_of_mnist(DIGITS.shipped_model), _right_of_mnist(champion)
    mnist = None if both[0] is None or both[1] is None else (both[0], both[1])
    return Learned(tests, before, after, drawings, corrected, report, mnist)


def _other_hands(folder: Path) -> Path | None:
    """A labelled folder of some of MNIST's drawings; None without MNIST."""
    try:
        labels = read_labels(FOLDER / "train")[:_OTHERS]
    except LabelsError:
        return None
    folder.mkdir()
    for label in labels:
        shutil.copyfile(label.path, folder / label.path.name)
    rows = "".join(f"{label.path.name}\t{label.text}\n" for label in labels)
    (folder / LABELS).write_text(f"file\ttext\n{rows}", encoding="utf-8")
    return folder


def _read(client: Client, drawn: Drawn) -> tuple[str, str]:
    reading = client.read(encode(Image.fromarray(drawn.image)))
    if reading is None:
        raise ProgramError("a drawing could not be read")
    return reading.id, reading.text


def _wait_until_served(client: Client, champion: int) -> None:
    until = time.monotonic() + _SERVING_WITHIN
    while ((client.model() or {}).get("champion") or {}).get("number") != champion:
        if time.monotonic() > until:
            raise ProgramError(f"the champion does not serve {_SERVING_WITHIN:.0f} s after its promotion")
        time.sleep(0.25)


def _right_of_mnist(model: Path) -> list[bool] | None:
    try:
        labels = read_labels(FOLDER / "test")
    except LabelsError:
        return None
    pictures = [np.asarray(label.picture().convert("L")) for label in labels]
    found = measure(Recognizer.load(model, threads=1, second=False), "", pictures, [label.text for label in labels])
    return [text == reading for text, reading in zip(found.texts, found.readings, strict=True)]


def figures(learned: Learned) -> str:
    """The outcome in lines."""
    total = len(learned.drawings)
    before, after = learned.errors(learned.before), learned.errors(learned.after)
    lines = [
        f"labels: {learned.labels}, of these {learned.corrected} corrected",
        f"cycle: {in_english(learned.report.reason)}",
        f"held-out drawings of the hand misread: {before} of {total}, then {after} ({_interval(*_right(learned))})",
    ]
    if learned.mnist is not None:
        wrong = [right.count(False) for right in learned.mnist]
        lines.append(
            f"MNIST's test digits misread: {wrong[0]} of {len(learned.mnist[0])}, then {wrong[1]}"
            f" ({_interval(*learned.mnist)})"
        )
    return "\n".join(lines)


def has_learned(learned: Learned) -> bool:
    """Whether the hand is misread less, beyond chance, and MNIST no more than chance explains."""
    is_worse = learned.mnist is not None and change(*learned.mnist)[1] > 0
    return change(*_right(learned))[2] < 0 and not is_worse


def _right(learned: Learned) -> tuple[list[bool], list[bool]]:
    digits = [drawn.digit for drawn in learned.drawings]
    return list(map(str.__eq__, digits, learned.before)), list(map(str.__eq__, digits, learned.after))


def _interval(before: Sequence[bool], after: Sequence[bool]) -> str:
    difference, low, high = (round(100 * value, 1) + 0.0 for value in change(before, after))  # never -0.0
    return f"change {difference:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}"


def draw(learned: Learned, path: Path) -> None:
    """Write the picture: some held-out drawings with both readings, and the errors of each digit."""
    # Imported here: the figures need no matplotlib.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 5), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    shown = learned.drawings[: 10 * _ROWS]
    side = shown[0].image.shape[0]
    sheets = [np.pad(drawn.image, ((0, _STRIP), (0, 0)), constant_values=255) for drawn in shown]
    rows = [np.concatenate(sheets[at : at + 10], axis=1) for at in range(0, len(shown) // 10 * 10, 10)]
    left.imshow(np.concatenate(rows), cmap="gray", vmin=0, vmax=255)
    for at in range(len(shown)):
        place = at % 10 * side + side / 2, at // 10 * (side + _STRIP) + side + _STRIP / 2
        both = [(learned.before[at], shown[at].digit), (learned.after[at], shown[at].digit)]
        for step, (reading, digit) in zip((-28, 28), both, strict=True):
            colour = "#2c6fbb" if reading == digit else "#c0392b"
            left.text(place[0] + step, place[1], reading or "–", color=colour, fontsize=9, ha="center", va="center")
    left.set_title("Held-out drawings; below each what was read before and after (– is no digit)")
    left.axis("off")
    places = np.arange(len(DIGITS.charset))
    for step, (readings, title, colour) in enumerate(
        ((learned.before, "before", "#c0392b"), (learned.after, "after one cycle", "#2c6fbb"))
    ):
        errors = [learned.errors(readings, digit) for digit in DIGITS.charset]
        right.bar(places + 0.4 * step - 0.2, errors, 0.4, color=colour, label=f"{title}: {sum(errors)}")
    right.set_xticks(places, list(DIGITS.charset))
    right.set_ylabel(f"misread, of {len(learned.drawings) // len(DIGITS.charset)} each")
    title = "A new hand"
    if learned.mnist is not None:
        title += ", MNIST misread {} then {} of {:,}".format(
            *(right_ones.count(False) for right_ones in learned.mnist), len(learned.mnist[0])
        )
    right.set_title(title)
    right.legend(frameon=False)
    figure.savefig(path, dpi=110)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.digits.new_hand",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="new folder for store, logs and models")
    parser.add_argument("--picture", type=Path, help="picture to write (picture.png in that folder)")
    parser.add_argument("--drawings", type=int, default=600, help="drawings to label")
    parser.add_argument("--held-out", type=int, default=500, help="drawings that only measure")
    parser.add_argument("--crops", type=int, default=30_000, help="drawings that the cycle trains on")
    options = parser.parse_args(arguments)
    if options.out.exists():
        print(f"error: {options.out} exists already", file=sys.stderr)
        return 2
    began = time.monotonic()
    try:
        learned = learn(options.out, options.drawings, options.held_out, options.crops)
    except ProgramError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    draw(learned, options.picture or options.out / "picture.png")
    print(figures(learned))
    print(f"minutes: {(time.monotonic() - began) / 60:.1f}")
    return 0 if has_learned(learned) else 1


if __name__ == "__main__":
    sys.exit(main())
