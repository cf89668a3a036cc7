"""Two hours at a gate, simulated: rendered frames of vehicles that come and go, through reader, agreement and log.

    python -m benchmarks.gate --vehicles 40 [--model runs/plates] [--seed 1]

Time is compressed: nothing waits between two vehicles. Each drives past the camera in some frames, nearer from one to
the next when it comes and farther when it goes, by day or at dusk. Some stay. Told are passages logged and missed,
plates that are wrong, directions, and visits paired as they were; beside them what the first reading alone would give.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from backend.gate.gate import FrameRequest, Gate
from backend.gate.visits import Seen, Visit, visits_of
from backend.settings import Settings
from data_gen.fonts import load_fonts
from data_gen.plates.kinds import choose_kind
from data_gen.plates.plate import PlatePrinter
from data_gen.plates.scene import Sight, Vehicle, choose_vehicle, draw_frame
from data_gen.recipe import load_recipe
from ocr_model.domains.plates import PLATES
from ocr_model.errors import ModelError
from ocr_model.plates.passages import Direction
from ocr_model.plates.plate_reader import PlateReader
from ocr_model.reading.recognizer import Recognizer
from ocr_model.tags.detection import load_detector

_HOURS = 2.0
_SIZE = (960, 540)  # pixels of a frame
_RATE = 5.0  # frames a second
_START = 1_780_000_000.0  # seconds since 1970
_STAYING = 0.25  # share of the vehicles that do not leave within the two hours
_DUSK = 0.4  # least light


@dataclass(frozen=True)
class Drive:
    """A vehicle that passes the camera."""

    vehicle: Vehicle
    at: float  # seconds from the beginning
    direction: Direction


def drives_of(count: int, seed: int) -> list[Drive]:
    """The traffic of the two hours, in the order of time."""
    words = random.Random(seed)
    printer, drives = PlatePrinter(load_fonts(load_recipe("plates-1").fonts)), []
    for _ in range(count):
        vehicle = choose_vehicle(printer.press(choose_kind(words, 1.0, 0.0), words), words)
        came = words.uniform(0.0, 0.7) * _HOURS * 3600
        drives.append(Drive(vehicle, came, "in"))
        if words.random() > _STAYING:
            drives.append(Drive(vehicle, words.uniform(came + 120, _HOURS * 3600), "out"))
    # One lane: the next vehicle waits until the one before has passed.
    drives.sort(key=lambda drive: drive.at)
    apart: list[Drive] = []
    for drive in drives:
        at = drive.at if not apart else max(drive.at, apart[-1].at + 8.0)
        apart.append(Drive(drive.vehicle, at, drive.direction))
    return apart


def frames_of(drive: Drive, count: int, seed: int) -> Iterator[tuple[float, Image.Image]]:
    """The frames in which a vehicle is seen: seconds from the beginning, and the picture."""
    words = random.Random(f"{seed}/{drive.at}")
    near, far, tilt = words.uniform(150, 200), words.uniform(80, 100), words.gauss(0, 3)
    light = max(_DUSK, 1.0 - 0.6 * drive.at / (_HOURS * 3600))
    side = words.uniform(0.42, 0.58) * _SIZE[0]
    for number in range(count):
        share = number / max(1, count - 1)
        share = share if drive.direction == "in" else 1.0 - share
        width = far + (near - far) * share
        middle = (side + 60 * share, (0.5 + 0.22 * share) * _SIZE[1])
        sight = Sight(drive.vehicle, width, middle, tilt, words.uniform(0.0, 0.03) * width)
        rng = np.random.default_rng((seed, int(drive.at * 10), number))
        picture = draw_frame([sight], _SIZE, rng, light=light, noise=words.uniform(0.005, 0.03))
        yield drive.at + number / _RATE, Image.fromarray(picture)


def main(arguments: Sequence[str]) -> int:
    """Simulate and print the figures; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", type=Path, default=PLATES.shipped_model, help="model folder (default: as shipped)")
    parser.add_argument("--vehicles", type=int, default=40, help="vehicles (default: 40)")
    parser.add_argument("--frames", type=int, default=6, help="frames of each drive (default: 6)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other traffic (default: 1)")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a reading (default: 1)")
    args = parser.parse_args(arguments)
    try:
        recognizer = Recognizer.load(args.model, threads=args.threads, second=False)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    reader = PlateReader(recognizer, load_detector(args.threads))
    drives = drives_of(args.vehicles, args.seed)
    now = _START
    first_right = first_read = 0
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Settings(data_dir=Path(folder), domains=("plates",)), lambda: now)
        for drive in drives:
            truth = PLATES.key(drive.vehicle.plate.text.whole)
            first = None
            for seconds, frame in frames_of(drive, args.frames, args.seed):
                now = _START + seconds
                asked = FrameRequest("gate", "nearer-in", "lane", seconds, is_last=False, at=_START)
                plates, _ = gate.see(frame, asked, reader, recognizer.info)
                first = first or (plates[0].text if plates else None)
            first_read += first is not None
            first_right += first == truth
        empty = Image.new("RGB", _SIZE, "grey")
        gate.see(
            empty,
            FrameRequest("gate", "nearer-in", "lane", drives[-1].at + 60, is_last=True, at=_START),
            reader,
            recognizer.info,
        )
        passages, found = gate.log().passages(size=10_000)
        visits = gate.log().visits()
        gate.close()
    true = [Seen(PLATES.key(drive.vehicle.plate.text.whole), _START + drive.at, drive.direction) for drive in drives]
    right = ways = 0
    for each in true:
        near = [passage for passage in passages if abs(passage.at - each.at) < 6.0]
        same = next((passage for passage in near if passage.text == each.text), None)
        right += same is not None
        ways += same is not None and same.direction == each.direction
    print(f"{len(drives)} drives of {args.vehicles} vehicles in {_HOURS:g} hours, {args.frames} frames each")
    print(f"passages logged: {found}; with the right plate {right} of {len(drives)}, and the right direction {ways}")
    print(f"the first reading alone: {first_right} right of {first_read} that were read")
    print(f"visits paired: {_paired(visits)} of {_paired(visits_of(true))}, rightly {_shared(visits, visits_of(true))}")
    inside = {visit.text for visit in visits if visit.is_inside}
    truly = {visit.text for visit in visits_of(true) if visit.is_inside}
    print(f"inside at the end: {len(inside)} told, {len(truly)} true, {len(inside & truly)} of them told")
    return 0


def _paired(visits: Sequence[Visit]) -> int:
    return sum(visit.is_paired for visit in visits)


def _shared(visits: Sequence[Visit], true: Sequence[Visit]) -> int:
    """How many true visits were paired as they were, to within some seconds."""
    return sum(
        any(
            visit.is_paired
            and visit.text == each.text
            and abs((visit.came or 0) - (each.came or 0)) < 10
            and abs((visit.went or 0) - (each.went or 0)) < 10
            for visit in visits
        )
        for each in true
        if each.is_paired
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
