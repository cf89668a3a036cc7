"""HEVC's sequence parameter sets, as far as they say what a decoder allocates (ITU-T H.265, 7.3.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from ocr_model.errors import ImageError

_MOST_BYTES = 512  # of a parameter set that are looked at; what is needed stands at its beginning


@dataclass(frozen=True)
class CodedPicture:
    """Size and sample format of a picture."""

    width: int
    height: int
    sample_bytes: float  # of all planes, per pixel
    is_deep: bool  # more than 8 bits a sample
    coded_pixels: int  # that are computed for it

    def like(self, width: int, height: int, coded_pixels: int) -> CodedPicture:
        """Return a picture of another size with the same samples."""
        return CodedPicture(width, height, self.sample_bytes, self.is_deep, coded_pixels)


class _Bits:
    """Reads a parameter set bit by bit."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise ImageError("truncated", "the picture is damaged or cut off")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def number(self) -> int:
        """An unsigned Exp-Golomb code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise ImageError("truncated", "the picture is damaged or cut off")
        return (1 << zeros) - 1 + self.take(zeros)


def read_parameter_set(unit: bytes) -> CodedPicture:
    """Return the picture that a sequence parameter set describes."""
    bits = _Bits(unit[2:_MOST_BYTES].replace(b"\0\0\3", b"\0\0"))
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 88 + 8)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)
    bits.number()
    chroma = bits.number()
    if chroma == 3:
        bits.take(1)
    width, height = bits.number(), bits.number()
    if bits.take(1):
        for _ in range(4):
            bits.number()
    is_deep = max(bits.number(), bits.number()) > 0
    samples = {0: 1.0, 1: 1.5, 2: 2.0}.get(chroma, 3.0)
    return CodedPicture(width, height, samples * (2 if is_deep else 1), is_deep, width * height)
