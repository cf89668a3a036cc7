"""A flat tag while it is printed: ink on a blank, and what has been printed where.

Lengths are millimetres of the tag unless they are called pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFont

from data_gen.whole_tag.faces import Faces, capital_height, sized
from data_gen.whole_tag.truth import Bars, Corners, Line, Value

Box = tuple[float, float, float, float]  # left, top, right, bottom
_INK = 90  # coverage, of 255, from which a pixel counts as ink


class Canvas:
    """The ink of one tag.

    Args:
        width: of the tag.
        height: of the tag.
        scale: pixels per millimetre.
        faces: the tag's fonts.
        layout: name of the layout.
    """

    def __init__(self, width: float, height: float, scale: float, faces: Faces, layout: str) -> None:
        self.width, self.height, self.scale, self.faces, self.layout = width, height, scale, faces, layout
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        self.ink = Image.new("L", size)  # 255 where the main colour is printed
        self.accent = Image.new("L", size)  # 255 where the second colour is printed, which covers the first
        self.holes: list[Box] = []  # round holes through the tag
        self.lines: list[Line] = []
        self.barcodes: list[Bars] = []

    def widened(self, margin: float) -> Canvas:
        """The same print on a blank that is larger by this much on every side."""
        wide = Canvas(self.width + 2 * margin, self.height + 2 * margin, self.scale, self.faces, self.layout)
        shift = round(margin * self.scale)
        wide.ink.paste(self.ink, (shift, shift))
        wide.accent.paste(self.accent, (shift, shift))
        wide.holes = [(x0 + margin, y0 + margin, x1 + margin, y1 + margin) for x0, y0, x1, y1 in self.holes]
        wide.lines = [replace(line, corners=_shifted(line.corners, shift)) for line in self.lines]
        wide.barcodes = [replace(bars, corners=_shifted(bars.corners, shift)) for bars in self.barcodes]
        return wide

    def width_of(self, text: str, height: float, *, heavy: bool = False) -> float:
        """The width of a text whose capitals are this high."""
        font = self._font(text, height, heavy=heavy)
        return 0.0 if font is None else float(font.getlength(text)) / self.scale

    def write(
        self,
        text: str,
        role: str,
        at: tuple[float, float],
        height: float,
        *,
        values: Sequence[Value] = (),
        heavy: bool = False,
        stretch: float = 1.0,
        turn: int = 0,
        paper: bool = False,
        accent: bool = False,
    ) -> Box | None:
        """Print a line.

        Args:
            text: what is printed.
            role: of the line.
            at: where it stands: left, and the top of its capitals; of a turned line, the upper left of its box.
            height: of its capitals.
            values: of the fields that it holds.
            heavy: in the tag's heavy face.
            stretch: width relative to the face's own.
            turn: clockwise quarter turns of the line on the tag.
            paper: printed by leaving out ink, on a field of ink.
            accent: in the second colour.

        Returns:
            The box of its ink, or None where no face of the tag draws it.
        """
        font = self._font(text, height, heavy=heavy)
        if font is None:
            return None
        left, top, right, bottom = (int(edge) for edge in font.getbbox(text, anchor="ls"))
        stamp = Image.new("L", (right - left + 4, bottom - top + 4))
        ImageDraw.Draw(stamp).text((2 - left, 2 - top), text, font=font, fill=255, anchor="ls")
        if stretch != 1.0:
            stamp = stamp.resize((max(2, round(stamp.width * stretch)), stamp.height), Image.Resampling.BILINEAR)
        found = stamp.point([255 * (level > _INK) for level in range(256)]).getbbox()
        if found is None:
            return None
        stamp = stamp.crop(found)
        x, y = at[0] * self.scale, at[1] * self.scale
        if turn == 0:
            y += height * self.scale + (top - 2) + found[1]
        stamp = stamp.transpose(_TURNS[turn]) if turn else stamp
        return self._stamp(stamp, (round(x), round(y)), Line(text, role, _NOWHERE, tuple(values)), turn, paper, accent)

    def _stamp(
        self, stamp: Image.Image, place: tuple[int, int], line: Line, turn: int, paper: bool, accent: bool
    ) -> Box | None:
        x, y = place
        box = (x, y, x + stamp.width, y + stamp.height)
        if x < 0 or y < 0 or box[2] > self.ink.width or box[3] > self.ink.height:
            return None
        layer = self.accent if accent else self.ink
        under = layer.crop(box)
        layer.paste(ImageChops.subtract(under, stamp) if paper else ImageChops.lighter(under, stamp), box)
        self.lines.append(Line(line.text, line.role, _corners(box, turn), line.values))
        return self._millimetres(box)

    def bar(self, box: Box, *, accent: bool = False) -> None:
        """A filled box of ink."""
        ImageDraw.Draw(self.accent if accent else self.ink).rectangle(self._pixels(box), fill=255)

    def rule(self, start: tuple[float, float], end: tuple[float, float], thick: float) -> None:
        """A ruled line, level or upright."""
        half = max(0.5 / self.scale, thick / 2)
        self.bar((start[0] - half, start[1] - half, end[0] + half, end[1] + half))

    def frame(self, box: Box, thick: float, *, radius: float = 0.0) -> None:
        """A ruled box."""
        width = max(1, round(thick * self.scale))
        ImageDraw.Draw(self.ink).rounded_rectangle(self._pixels(box), radius * self.scale, outline=255, width=width)

    def strokes(self, strokes: Sequence[Sequence[tuple[float, float]]], thick: float) -> None:
        """Open lines through points: symbols and the shapes of logos."""
        draw, width = ImageDraw.Draw(self.ink), max(1, round(thick * self.scale))
        for stroke in strokes:
            draw.line([(x * self.scale, y * self.scale) for x, y in stroke], fill=255, width=width, joint="curve")

    def shape(self, outline: Sequence[tuple[float, float]]) -> None:
        """A filled outline, as of a logo."""
        ImageDraw.Draw(self.ink).polygon([(x * self.scale, y * self.scale) for x, y in outline], fill=255)

    def ellipse(self, box: Box, thick: float | None = None) -> None:
        """A disc, or a ring of this thickness."""
        draw = ImageDraw.Draw(self.ink)
        if thick is None:
            draw.ellipse(self._pixels(box), fill=255)
        else:
            draw.ellipse(self._pixels(box), outline=255, width=max(1, round(thick * self.scale)))

    def place_barcode(self, modules: NDArray[np.bool_], kind: str, text: str, box: Box, *, turn: int = 0) -> None:
        """Print a barcode into a box, every module equally many whole pixels wide where there is room for that.

        Args:
            modules: ink of the modules, (rows, columns); one row for a linear code.
            kind: its format.
            text: its content.
            box: of the barcode as it lies on the tag; what its modules leave over stays blank.
            turn: clockwise quarter turns.
        """
        left, top, right, bottom = (round(edge * self.scale) for edge in box)
        if turn % 2:
            across, down = bottom - top, right - left
        else:
            across, down = right - left, bottom - top
        rows, columns = modules.shape
        unit = max(1, across // columns)
        high = unit if rows > 1 else max(4, down)
        pattern = np.kron(modules, np.ones((high, unit), np.uint8)).astype(np.uint8) * 255
        stamp = Image.fromarray(np.rot90(pattern, -turn).copy())
        spot = (left, top, left + stamp.width, top + stamp.height)
        self.ink.paste(stamp, spot[:2])
        self.barcodes.append(Bars(kind, text, _corners(spot, turn)))

    def barcode_width(self, columns: int, most: float) -> float | None:
        """The width that a barcode of so many modules takes within `most`, or None where a module has no pixel."""
        unit = int(most * self.scale) // columns
        return unit * columns / self.scale if unit else None

    def _font(self, text: str, height: float, *, heavy: bool) -> ImageFont.FreeTypeFont | None:
        path = self.faces.path_for(text, heavy=heavy)
        if path is None:
            return None
        return sized(path, max(4, round(height * self.scale / capital_height(path))))

    def _pixels(self, box: Box) -> list[int]:
        left, top, right, bottom = (round(edge * self.scale) for edge in box)
        return [left, top, max(left, right - 1), max(top, bottom - 1)]

    def _millimetres(self, box: tuple[int, int, int, int]) -> Box:
        return (box[0] / self.scale, box[1] / self.scale, box[2] / self.scale, box[3] / self.scale)


_NOWHERE: Corners = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
_TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def _corners(box: tuple[int, int, int, int], turn: int) -> Corners:
    """The corners of a box in the reading direction of what is printed in it, turned clockwise."""
    left, top, right, bottom = (float(edge) for edge in box)
    around = [(left, top), (right, top), (right, bottom), (left, bottom)]
    first = around[turn:] + around[:turn]
    return (first[0], first[1], first[2], first[3])


def _shifted(corners: Corners, shift: int) -> Corners:
    first, second, third, fourth = ((x + shift, y + shift) for x, y in corners)
    return (first, second, third, fourth)
