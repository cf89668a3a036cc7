"""The smallest HEVC pictures: a few bytes that decode to a grey square of any size.

An arithmetic code of zeros decodes as the most probable symbol everywhere (ITU-T H.265, 9.3.4.3.2), and a decoder reads
zeros beyond the end. With the parameters below the most probable symbols are whole blocks without residual, so one
slice of a few bytes fills the picture.
"""

from __future__ import annotations

BLOCK = 64  # side of a coding block in pixels; sides of pictures are multiples of it
_LEVEL = 186  # 6.2, the highest
_QP = 51  # at the highest quantiser "no residual" is the most probable symbol
_MAIN = 0b01100000 << 24  # compatible with the profiles Main and Main 10
_VPS, _SPS, _PPS, _IDR = 32, 33, 34, 19  # types of units


class Bits:
    """Bits in the order in which they are sent."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def fixed(self, width: int, value: int) -> Bits:
        """Append a number of `width` bits."""
        self._bits += [value >> place & 1 for place in reversed(range(width))]
        return self

    def flags(self, values: str) -> Bits:
        """Append bits written as "0" and "1"."""
        return self.fixed(len(values), int(values, 2))

    def golomb(self, *values: int) -> Bits:
        """Append unsigned numbers in Exp-Golomb code, ue(v)."""
        for value in values:
            width = (value + 1).bit_length()
            self.fixed(2 * width - 1, value + 1)
        return self

    def signed(self, *values: int) -> Bits:
        """Append signed numbers in Exp-Golomb code, se(v)."""
        return self.golomb(*(2 * value - 1 if value > 0 else -2 * value for value in values))

    def closed(self) -> bytes:
        """Return the bits with a stop bit, filled up to whole bytes."""
        bits = [*self._bits, 1]
        bits += [0] * (-len(bits) % 8)
        return int("".join(map(str, bits)), 2).to_bytes(len(bits) // 8, "big")


def parameter_sets(width: int, height: int) -> list[tuple[int, bytes]]:
    """The video, sequence and picture parameter sets of a grey 8-bit picture, with the types of their units.

    Args:
        width: In pixels, a multiple of `BLOCK`.
        height: In pixels, a multiple of `BLOCK`.
    """
    if width % BLOCK or height % BLOCK:
        raise ValueError(f"{width} x {height} is not made of whole blocks of {BLOCK}")
    video = Bits().fixed(4, 0).flags("11").fixed(6, 0).fixed(3, 0).flags("1").fixed(16, 0xFFFF)
    _profile(video).flags("1").golomb(0, 0, 0).fixed(6, 0).golomb(0).flags("00")
    sequence = _profile(Bits().fixed(4, 0).fixed(3, 0).flags("1"))
    sequence.golomb(0, 1, width, height).flags("0").golomb(0, 0, 0).flags("1").golomb(0, 0, 0)
    # Blocks of 64 pixels only, transforms of 4 to 32.
    sequence.golomb(3, 0, 0, 3, 0, 0).flags("0000").golomb(0).flags("00000")
    picture = Bits().golomb(0, 0).flags("00").fixed(3, 0).flags("00").golomb(0, 0).signed(_QP - 26).flags("000")
    picture.signed(0, 0).flags("0000000000").golomb(0).flags("00")
    return [(kind, _unit(kind, bits.closed())) for kind, bits in ((_VPS, video), (_SPS, sequence), (_PPS, picture))]


def picture_unit() -> bytes:
    """The one slice that fills a picture of any size."""
    return _unit(_IDR, Bits().flags("10").golomb(0, 2).signed(0).closed() + bytes(4) + b"\x80")


def _profile(bits: Bits) -> Bits:
    return bits.fixed(8, 1).fixed(32, _MAIN).flags("1001").fixed(44, 0).fixed(8, _LEVEL)


def _unit(kind: int, payload: bytes) -> bytes:
    """A unit with its header; zeros that could be taken for a start code are broken up."""
    escaped = bytearray()
    zeros = 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes((kind << 1, 1)) + bytes(escaped)
