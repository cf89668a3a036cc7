"""Vehicles that pass a camera: the readings of many frames become one plate, by agreement and not by the first.

Every frame votes with its confidence for each character at its place, among readings of the same length; the text with
the most votes of at least two frames is the plate. So a frame with a blurred character is outvoted, and what one frame
alone shows is no passage. Works on readings alone: no picture is needed but the sharpest, which is kept as a cut-out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ocr_model.codes.text import edit_distance
from ocr_model.domains.plates import PLATES
from ocr_model.plates.plate import ReadPlate

Direction = Literal["in", "out", "unknown"]

_LEAST_FRAMES = 2  # that agree
_GAP = 2.0  # seconds without a plate after which a vehicle has passed
_LONGEST = 30.0  # seconds after which a vehicle that stands is told
_FAR = 1.6  # plate widths by which a plate moves between two frames, at most
_SIMILAR = 0.4  # edits per character up to which two readings may be of one plate
_GROWTH = 1.12  # ratio of a plate's widths at the end and the beginning from which it has come nearer


@dataclass(frozen=True, slots=True)
class Frame:
    """A reading of a plate at a time."""

    seconds: float
    plate: ReadPlate
    number: int  # of the frame, for its picture


@dataclass(frozen=True, slots=True)
class Passage:
    """A vehicle that passed."""

    text: str  # the domain's key
    shown: str
    confidence: float  # share of the frames' votes for this text, times the mean confidence of those that voted so
    frames: int  # that showed the plate
    agreeing: int  # that read this text as a whole
    first: float  # seconds
    last: float
    nearer: bool | None  # whether the plate came nearer; None where it moved too little to say
    best: Frame  # the surest frame with this text, or the surest of all
    is_of_known_format: bool

    def direction(self, camera_faces: Literal["out", "in", ""] = "out") -> Direction:
        """In or out.

        Args:
            camera_faces: "out": the camera looks at those who arrive, whose plates come nearer; "in": it looks at
                those who leave; "": nothing is known.
        """
        if self.nearer is None or not camera_faces:
            return "unknown"
        return "in" if self.nearer == (camera_faces == "out") else "out"


@dataclass(slots=True)
class _Track:
    frames: list[Frame] = field(default_factory=list)

    def fits(self, seconds: float, plate: ReadPlate) -> bool:
        last = self.frames[-1]
        if not 0.0 < seconds - last.seconds <= _GAP:
            return False
        longest = max(len(last.plate.text), len(plate.text), 1)
        if edit_distance(last.plate.text, plate.text) <= _SIMILAR * longest:
            return True
        (x0, y0), (x1, y1) = last.plate.middle, plate.middle
        reach = _FAR * max(last.plate.width, plate.width) * max(0.3, seconds - last.seconds)
        return abs(x1 - x0) + abs(y1 - y0) <= reach


class PassageFinder:
    """Puts the readings of a stream's frames together, frame by frame. Not for several threads."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []

    def see(self, seconds: float, plates: Sequence[ReadPlate], number: int) -> list[Passage]:
        """Take the readings of a frame; returns the vehicles that have passed by now.

        Args:
            seconds: time of the frame; never earlier than that of the frame before.
            plates: read on it.
            number: of the frame.
        """
        passed = self._passed(seconds)
        free = list(self._tracks)
        for plate in sorted(plates, key=lambda plate: plate.confidence, reverse=True):
            track = next((track for track in free if track.fits(seconds, plate)), None)
            if track is None:
                track = _Track()
                self._tracks.append(track)
            else:
                free.remove(track)
            track.frames.append(Frame(seconds, plate, number))
        return passed

    def end(self) -> list[Passage]:
        """The vehicles that were still passing when the stream ended."""
        tracks, self._tracks = self._tracks, []
        return [passage for track in tracks if (passage := agree(track.frames)) is not None]

    def _passed(self, seconds: float) -> list[Passage]:
        over = [
            track
            for track in self._tracks
            if seconds - track.frames[-1].seconds > _GAP or seconds - track.frames[0].seconds > _LONGEST
        ]
        self._tracks = [track for track in self._tracks if track not in over]
        return [passage for track in over if (passage := agree(track.frames)) is not None]


def agree(frames: Sequence[Frame], least: int = _LEAST_FRAMES) -> Passage | None:
    """The plate that most of the frames speak for; None if fewer than `least` frames show one.

    Args:
        frames: of one vehicle, in order.
        least: frames that must show it.
    """
    if len(frames) < least:
        return None
    lengths: dict[int, float] = defaultdict(float)
    for frame in frames:
        lengths[len(frame.plate.text)] += frame.plate.confidence
    length = max(lengths, key=lambda count: lengths[count])
    voters = [frame for frame in frames if len(frame.plate.text) == length]
    if len(voters) < least:
        return None
    text = "".join(_elected(voters, place) for place in range(length))
    # Characters elected one by one may make a text that no format has, where a whole reading has one.
    if not PLATES.matches(text):
        wholes: dict[str, float] = defaultdict(float)
        for frame in voters:
            if frame.plate.is_of_known_format:
                wholes[frame.plate.text] += frame.plate.confidence
        text = max(wholes, key=lambda whole: wholes[whole]) if wholes else text
    agreeing = [frame for frame in voters if frame.plate.text == text]
    votes = sum(frame.plate.confidence for frame in frames)
    mean = sum(frame.plate.confidence for frame in agreeing) / max(1, len(agreeing))
    best = max(agreeing or voters, key=lambda frame: frame.plate.confidence * min(1.0, frame.plate.width / 120))
    return Passage(
        text=text,
        shown=PLATES.code(text),
        confidence=mean * sum(frame.plate.confidence for frame in agreeing) / max(votes, 1e-9),
        frames=len(frames),
        agreeing=len(agreeing),
        first=frames[0].seconds,
        last=frames[-1].seconds,
        nearer=_nearer(frames),
        best=best,
        is_of_known_format=bool(PLATES.matches(text)),
    )


def _elected(voters: Sequence[Frame], place: int) -> str:
    votes: dict[str, float] = defaultdict(float)
    for frame in voters:
        votes[frame.plate.text[place]] += frame.plate.confidence
    return max(votes, key=lambda character: votes[character])


def _nearer(frames: Sequence[Frame]) -> bool | None:
    third = max(1, len(frames) // 3)
    first = sum(frame.plate.width for frame in frames[:third]) / third
    last = sum(frame.plate.width for frame in frames[-third:]) / third
    if min(first, last) <= 0.0 or max(first, last) < _GROWTH * min(first, last):
        return None
    return last > first
