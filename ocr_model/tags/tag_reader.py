"""Reads a whole photo: its lines of text, its barcodes, and the tag cards that they make up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from PIL import Image

from ocr_model.codes.text import match_key
from ocr_model.reading.files import ImageSource, open_picture
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.second_reader import SecondReader, packaged_second_reader
from ocr_model.tags.barcodes import read_barcodes
from ocr_model.tags.cards import cards_of
from ocr_model.tags.closer_look import find_lines
from ocr_model.tags.common_turn import TurnedReader, read_alike
from ocr_model.tags.cutting import cut_line, side_lengths, snapped, turn_corners
from ocr_model.tags.detection import LineDetector, load_detector
from ocr_model.tags.korean import load_korean, with_korean
from ocr_model.tags.korean_model import KoreanModel
from ocr_model.tags.long_lines import read_long_lines
from ocr_model.tags.polygons import area, contains
from ocr_model.tags.roles import with_roles
from ocr_model.tags.tag import Corners, Tag, TextLine

_FEW_LINES = 6  # up to which a picture may be one line and parts of its neighbours, so that it is read whole as well
_LIKELY = 0.5  # confidence from which the whole is believed to be a line beside others
_MOST_OF_IT = 0.5  # share of the picture from which a found line is the line that the picture shows
_BATCH = 16  # lines that are read together; between batches, others who share the processor have their turn
# Computing for one photo is bounded by lines, not by time: so a photo reads the same on any machine.
_CAREFUL = 1000.0  # heights of lines that are read with care: a carton of twelve labels, or sixty long lines
_LEAST_LENGTH = 6.7  # heights: a shorter line takes as long
_AGAIN = 24  # other lines that are read with care after all, because they may be codes and are in doubt
_DIGITS_OF_A_CODE = 3
_SURE_CODE = 0.95  # confidence from which a code is not in doubt
_WORTH_SHOWING = 0.5  # confidence from which a code is told before all lines are read


class TagReader:
    """A recognizer and a detector of lines. One instance serves any number of threads at the same time.

    Args:
        recognizer: reads crops.
        detector: finds lines.
        quick: reads the lines of a photo that has many, where second looks at lines in doubt would take four times as
            long as reading them all; the recognizer if None.
        glance: reads the lines of a crowded photo beyond the likeliest ones; `quick` if None.
        korean: reads the Korean words of lines; none are read if None.
    """

    def __init__(
        self,
        recognizer: TurnedReader,
        detector: LineDetector,
        *,
        quick: TurnedReader | None = None,
        glance: TurnedReader | None = None,
        korean: KoreanModel | None = None,
    ) -> None:
        self._recognizer, self._detector, self._korean = recognizer, detector, korean
        self._quick = recognizer if quick is None else quick
        self._glance = self._quick if glance is None else glance

    @classmethod
    def load(
        cls,
        recognizer: Recognizer | None = None,
        *,
        detector: LineDetector | None = None,
        threads: int = 2,
        second: SecondReader | bool = True,
    ) -> TagReader:
        """Load what was not loaded before.

        Args:
            recognizer: reads every line; if None, the champion that comes with the package, which looks twice only
                where there are few lines.
            detector: PP-OCRv6's small one if None; without the package `rapidocr` a picture is read as one line.
            threads: CPU threads of what is loaded here.
            second: the reader that is asked about lines in doubt, as `Recognizer.load` takes it; only where the
                recognizer is loaded here.

        Raises:
            ModelError: the champion cannot be loaded.
            ValueError: `threads` below 1.
        """
        if detector is None:
            detector = load_detector(threads)
        korean = load_korean(threads)
        if recognizer is not None:
            return cls(recognizer, detector, korean=korean)
        if second is True:
            second = packaged_second_reader(threads) or False
        champion = Recognizer.load(threads=threads, second=second)
        return cls(champion, detector, quick=champion.for_many_lines(), glance=champion.at_a_glance(), korean=korean)

    def read_tag(self, image: ImageSource, *, on_code: Callable[[TextLine], None] = lambda line: None) -> Tag:
        """Read everything on a photo.

        Args:
            image: a photo or a crop, as `Recognizer.read` takes it, upright or at any turn.
            on_code: called at most once, while other lines are still to be read: with the likeliest code so far. The
                tag's line at this place may be another in the end: in another role, or read again with its neighbours.

        Returns:
            Its lines, at most `closer_look.MOST_LINES` (the surest ones), barcodes and cards; corners are in pixels of
            the picture after its EXIF orientation.

        Raises:
            ImageError: (also a ValueError) the picture has no pixels, or cannot be decoded.
            OSError: there is no such file, or it cannot be read.
            ModelError: the model computes no numbers for this picture.
        """
        photo = open_picture(image)
        began = time.perf_counter()
        found = find_lines(self._detector, photo)
        found_at = time.perf_counter()
        lines = self._read_lines(photo, [snapped(line.corners) for line in found.lines], on_code)
        if self._korean is not None:
            lines = with_korean(self._korean, self._reader_of_parts(lines), photo, lines)
        read_at = time.perf_counter()
        barcodes = read_barcodes(photo)
        scanned_at = time.perf_counter()
        lines = with_roles(lines)
        cards = cards_of(lines, barcodes, photo.size)
        ended = time.perf_counter()
        seconds = {
            "find": found.first_seconds,
            "closer": found.closer_seconds,
            "read": read_at - found_at,
            "barcodes": scanned_at - read_at,
            "cards": ended - scanned_at,
            "total": ended - began,
        }
        milliseconds = {step: 1000 * spent for step, spent in seconds.items()}
        return Tag(tuple(lines), barcodes, cards, photo.width, photo.height, milliseconds)

    def _read_lines(
        self, photo: Image.Image, places: Sequence[Corners], on_code: Callable[[TextLine], None]
    ) -> tuple[TextLine, ...]:
        """The lines at these places, from top to bottom; the picture as a whole if it reads better as one line."""
        if len(places) > _FEW_LINES:
            lines = self._read_many(photo, places, on_code)
        else:
            pictures = [cut_line(photo, corners) for corners in places]
            *predictions, of_all = self._recognizer.read_batch([*pictures, photo])
            lines = [_line(prediction, corners) for prediction, corners in zip(predictions, places, strict=True)]
            width, height = float(photo.width), float(photo.height)
            whole = _line(of_all, ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)))
            lines = _with_whole(lines, whole, photo.size)
        again = self._reader_of_parts(lines)
        lines = read_alike(again, photo, lines)
        return tuple(sorted(read_long_lines(again, photo, lines), key=_from_top))

    def _reader_of_parts(self, lines: Sequence[TextLine]) -> TurnedReader:
        """Who reads lines of a photo once more, turned or in parts."""
        is_crowded = _careful_count([line.corners for line in lines]) < len(lines)
        return self._glance if is_crowded else self._quick

    def _read_many(
        self, photo: Image.Image, places: Sequence[Corners], on_code: Callable[[TextLine], None]
    ) -> list[TextLine]:
        """The lines at these places, batch by batch, those first that are the likelier to hold the photo's code.

        Those beyond `_CAREFUL` are looked at once, and some of them that may be codes in doubt once more with care.
        """
        order = sorted(places, key=lambda corners: _prominence(corners, photo.size), reverse=True)
        careful = _careful_count(order)
        lines: list[TextLine] = []
        is_told = False
        for batch in (*_batches(order[:careful]), *_batches(order[careful:])):
            lines += self._read_at(self._quick if len(lines) < careful else self._glance, photo, batch)
            if not is_told and len(lines) < len(order):
                code = _likeliest_code(lines)
                is_told = code is not None
                if code is not None:
                    on_code(code)
        doubtful = [at for at in range(careful, len(lines)) if _may_be_code_in_doubt(lines[at].prediction)][:_AGAIN]
        again = self._read_at(self._quick, photo, [order[at] for at in doubtful])
        for at, line in zip(doubtful, again, strict=True):
            lines[at] = line
        return lines

    def _read_at(self, reader: TurnedReader, photo: Image.Image, places: Sequence[Corners]) -> list[TextLine]:
        if not places:
            return []
        predictions = reader.read_batch([cut_line(photo, corners) for corners in places])
        return [_line(prediction, corners) for prediction, corners in zip(predictions, places, strict=True)]


def _careful_count(order: Sequence[Corners]) -> int:
    """How many of these lines, the first ones, are read with care."""
    left = _CAREFUL
    for at, corners in enumerate(order):
        low, high = sorted(side_lengths(corners))
        left -= max(_LEAST_LENGTH, high / max(1.0, low))
        if left < 0.0:
            return at
    return len(order)


def _batches(order: Sequence[Corners]) -> list[Sequence[Corners]]:
    return [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]


def _may_be_code_in_doubt(prediction: Prediction) -> bool:
    return sum(map(str.isdigit, prediction.text)) >= _DIGITS_OF_A_CODE and prediction.confidence < _SURE_CODE


def _prominence(corners: Corners, size: tuple[int, int]) -> float:
    """How much a line stands out: by its height, and by its nearness to the photo's middle."""
    x = sum(x for x, _ in corners) / 4 / size[0] - 0.5
    y = sum(y for _, y in corners) / 4 / size[1] - 0.5
    return min(side_lengths(corners)) * (1.0 - math.hypot(x, y))


def _likeliest_code(lines: Sequence[TextLine]) -> TextLine | None:
    """The surest line of those that are codes, if it is likely to be right."""
    codes = [line for line in with_roles(lines) if line.role == "code"]
    best = max(codes, key=lambda line: line.prediction.confidence, default=None)
    return best if best is not None and best.prediction.confidence >= _WORTH_SHOWING else None


def _line(prediction: Prediction, corners: Corners) -> TextLine:
    return TextLine(prediction, turn_corners(corners, prediction.turn), prediction.turn)


def _with_whole(lines: Sequence[TextLine], whole: TextLine, size: tuple[int, int]) -> list[TextLine]:
    """The lines of a picture, with the reading of the whole in place of lines that it reads better.

    The detector outlines only a part of some crops, and a part may be read surely: what it says, the whole says, too,
    and more. Any other line in the middle of the picture is believed if it is the surer reading. Where none is there,
    the picture is probably no line, and its reading has to be likely.
    """
    key = match_key(whole.text)
    if not key:
        return list(lines)
    others = [line for line in lines if match_key(line.text) not in key]  # one without text is a part as well
    if others and any(match_key(line.text) == key for line in lines):  # one of several lines, and better outlined
        return list(lines)
    middle = (size[0] / 2, size[1] / 2)
    rivals = [line.prediction.confidence for line in others if contains(line.corners, middle)]
    if others and whole.prediction.confidence < max(rivals, default=_LIKELY):
        return list(lines)
    return [whole, *(line for line in others if area(line.corners) < _MOST_OF_IT * size[0] * size[1])]


def _from_top(line: TextLine) -> tuple[float, float]:
    xs, ys = zip(*line.corners, strict=True)
    return sum(ys), sum(xs)
