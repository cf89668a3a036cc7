"""Reads pictures: finds the turn of each, and looks again or asks a second reader where the reading is in doubt."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PIL import Image

from ocr_model.reading.consultation import Consultation, Heard
from ocr_model.reading.image import turn_image
from ocr_model.reading.look import LARGEST_BATCH, READINGS, Clock, Looker
from ocr_model.reading.second_look import other_views, pool_looks
from ocr_model.reading.turns import TurnedReading, believe_turns, doubt_turn, first_turns, further_turns


class PictureReader:
    """Reads pictures by their pixels alone; any number of threads may use it at the same time.

    Args:
        looker: looks at pictures at a turn.
        second_look: probability, 0..1, under which a reading is in doubt, so that other views are read; 0 is never.
        consultation: with the second reader; None if there is none.
    """

    def __init__(self, looker: Looker, second_look: float, consultation: Consultation | None) -> None:
        self._looker, self._second_look, self._consultation = looker, second_look, consultation

    def read(
        self, pictures: Sequence[Image.Image], clock: Clock, *, find_turn: bool
    ) -> list[tuple[int, TurnedReading]]:
        """Per picture the chosen clockwise quarter turns, and the readings at that turn.

        Args:
            pictures: mode L or RGB.
            clock: the time spent is added to it.
            find_turn: whether the pictures may stand any way up.

        Raises:
            ModelError: the model computes no numbers.
        """
        first = [first_turns(*picture.size) if find_turn else (0,) for picture in pictures]
        readings: list[dict[int, TurnedReading]] = [{} for _ in pictures]
        self._read_round(pictures, first, readings, clock)
        if find_turn:
            further = [
                further_turns(*picture.size, found, has_head=self._looker.has_turn_head)
                for picture, found in zip(pictures, readings, strict=True)
            ]
            self._read_round(pictures, further, readings, clock)
        beliefs = [believe_turns(found, turns) for found, turns in zip(readings, first, strict=True)]
        chosen = [next(iter(of_crop)) for of_crop in beliefs]
        ours = [found[turn] for found, turn in zip(readings, chosen, strict=True)]
        heard = self._listen(pictures, chosen, ours, clock)
        final = ours.copy()
        self._join(ours, heard, final, clock)
        again = self._look_again(pictures, chosen, ours, final, clock)
        for at in again:
            final[at] = ours[at]
        self._join(ours, {at: heard[at] for at in again if at in heard}, final, clock)
        return [
            (turn, doubt_turn(reading, of_crop, found, READINGS))
            for turn, reading, of_crop, found in zip(chosen, final, beliefs, readings, strict=True)
        ]

    def _listen(
        self, pictures: Sequence[Image.Image], turns: Sequence[int], ours: Sequence[TurnedReading], clock: Clock
    ) -> dict[int, Heard]:
        """Ask the second reader about the pictures whose reading is in doubt; returns what it says of each."""
        consultation = self._consultation
        if consultation is None:
            return {}
        wanted = [at for at, reading in enumerate(ours) if consultation.is_wanted(reading)]
        if not wanted:
            return {}
        began = time.perf_counter()
        heard = consultation.listen([turn_image(pictures[at], turns[at]) for at in wanted])
        clock.encode += time.perf_counter() - began
        return dict(zip(wanted, heard, strict=True))

    def _join(
        self, ours: Sequence[TurnedReading], heard: Mapping[int, Heard], final: list[TurnedReading], clock: Clock
    ) -> None:
        """Make the joint readings final where the second reader was heard."""
        if self._consultation is None or not heard:
            return
        began = time.perf_counter()
        joint = self._consultation.join([ours[at] for at in heard], list(heard.values()))
        for at, reading in zip(heard, joint, strict=True):
            final[at] = reading
        clock.decode += time.perf_counter() - began

    def _read_round(
        self,
        pictures: Sequence[Image.Image],
        turns: Sequence[Sequence[int]],
        readings: Sequence[dict[int, TurnedReading]],
        clock: Clock,
        *,
        doubtful: bool = False,
    ) -> None:
        """Read each picture at its turns, all side by side, and add the results to its readings."""
        wanted = [(at, turn) for at, of_crop in enumerate(turns) for turn in of_crop]
        for start in range(0, len(wanted), LARGEST_BATCH):
            chunk = wanted[start : start + LARGEST_BATCH]
            found = self._looker.look([(pictures[at], turn) for at, turn in chunk], clock, doubtful=doubtful)
            for (at, turn), reading in zip(chunk, found, strict=True):
                readings[at][turn] = reading

    def _look_again(
        self,
        pictures: Sequence[Image.Image],
        turns: Sequence[int],
        ours: list[TurnedReading],
        final: Sequence[TurnedReading],
        clock: Clock,
    ) -> list[int]:
        """Pool our readings with those of other views where the final reading is in doubt; returns which."""
        if self._second_look == 0.0:
            return []
        doubtful = [at for at, reading in enumerate(final) if self._is_in_doubt(reading)]
        if not doubtful:
            return []
        began = time.perf_counter()
        upright = [turn_image(pictures[at], turns[at]) for at in doubtful]
        # Where the first reading was in int8, the picture itself is read in single precision, too.
        again = self._looker.has_single_beside_int8
        views = [[*([picture] if again else []), *other_views(picture)] for picture in upright]
        clock.prepare += time.perf_counter() - began
        looks: list[dict[int, TurnedReading]] = [{} for crop_views in views for _ in crop_views]
        self._read_round(
            [view for crop_views in views for view in crop_views], [(0,)] * len(looks), looks, clock, doubtful=True
        )
        remaining = iter(looks)
        for at, crop_views in zip(doubtful, views, strict=True):
            first = ours[at]
            others = [next(remaining)[0] for _ in crop_views]
            pooled = pool_looks([first.hypotheses, *(other.hypotheses for other in others)], READINGS)
            ours[at] = replace(
                first,
                hypotheses=pooled,
                text=pooled[0].text,
                confidence=math.exp(pooled[0].log_probability),
                looks=(*first.looks, *(look for other in others for look in other.looks)),
            )
        return doubtful

    def _is_in_doubt(self, reading: TurnedReading) -> bool:
        """Whether other views are read as well."""
        if reading.hypotheses[0].log_probability >= math.log(self._second_look):
            return False
        return not reading.is_joint or self._consultation is None or self._consultation.is_still_in_doubt(reading)
