"""Pictures that are dear to decode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from benchmarks.attack.attack import Attack, Target
from benchmarks.attack.heif import grid, sequence, single
from benchmarks.attack.pictures import filled_jpeg, flat_png, flat_webp, noise_jpeg, scans_jpeg, text_png

_TILES, _TILE = 13, 512  # of a phone's HEIC photo: in a row, and pixels of a side
_WEBP_SIDE = 4000  # pixels; a decoder needs 16 bytes for each
MEMORY_TARGET = 700.0  # megabytes, of the backend with its child processes


class _PictureAttack(Attack, ABC):
    attackers: ClassVar[int] = 2  # as many as the backend reads pictures at once
    most_megabytes = MEMORY_TARGET

    @abstractmethod
    def pictures(self) -> Sequence[bytes]:
        """The files; the attacker of a number begins with the file of that number."""

    def prepare(self) -> None:
        """Make the files."""
        self._pictures = self.pictures()

    def strike(self, target: Target, number: int) -> None:
        """Send a file."""
        target.send("/v1/predictions", number, files={"image": self._pictures[number % len(self._pictures)]})


class JpegScans(_PictureAttack):
    """Every scan visits all blocks."""

    name = "jpeg-scans"
    title = "progressive JPEG of 135 kB, 500 scans"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [scans_jpeg(500)]


class InterlacedPng(_PictureAttack):
    """Seven passes over all pixels."""

    name = "png-interlaced"
    title = "interlaced PNG of 50 megapixels, 146 kB"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [flat_png(depth=8, colour=True, interlaced=True)]


class DeepPng(_PictureAttack):
    """Sixteen bits a pixel."""

    name = "png-16-bit"
    title = "16-bit grey PNG of 50 megapixels, 97 kB"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [flat_png(depth=16)]


class ThinPng(_PictureAttack):
    """Every row costs memory beside its pixels."""

    name = "png-thin"
    title = "PNG of 2 x 20,000,000 pixels, 58 kB"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [flat_png(side=2, height=20_000_000, depth=8)]


class PngTexts(_PictureAttack):
    """Any of the texts may hold the orientation."""

    name = "png-texts"
    title = "PNG of 2.3 MB with 2,100 texts of 1 MiB each"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [text_png(2100, size=1 << 20)]


class JpegFill(_PictureAttack):
    """The bytes between segments are read one by one."""

    name = "jpeg-fill"
    title = "JPEG of 12 MB, all fill between its segments"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [filled_jpeg(60_000, 200)]


class WebpBomb(_PictureAttack):
    """The smallest file of so many pixels."""

    name = "webp-bomb"
    title = "transparent WebP of 50 megapixels, 38 bytes"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [flat_webp()]


class HeicTiles(_PictureAttack):
    """Tiles are decoded whole, however small the picture says it is."""

    name = "heic-tiles"
    title = "HEIC of 900 tiles of 4096 x 4096, declared 100 x 100"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [grid(30, 30, tile=4096, declared=(100, 100))]


class HeicCanvas(_PictureAttack):
    """The header tells one size, the grid another."""

    name = "heic-canvas"
    title = "HEIC declared 128 x 128 over a grid of 32767 x 32767"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [grid(8, 8, tile=4096, declared=(128, 128), canvas=(32_767, 32_767))]


class HeicTurns(_PictureAttack):
    """Every turn is done, one after another."""

    name = "heic-turns"
    title = "HEIC of 4096 x 4096, to be turned 60 times"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [single(4096, turns=60)]


class HeicTwice(_PictureAttack):
    """The checks read one list of properties, the decoder the other."""

    name = "heic-twice"
    title = "HEIC of 8192 x 8192, described again as 64 x 64"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [single(8192, described=64)]


class HeicSequence(_PictureAttack):
    """Tables that become long lists while the file is opened."""

    name = "heic-sequence"
    title = "HEIC of 1 kB with a sequence of 17 million pictures"

    def pictures(self) -> Sequence[bytes]:
        """One file."""
        return [sequence(17_000_000, side=64)]


class LargestFiles(_PictureAttack):
    """Four clients at once, each with another file within all limits."""

    name = "largest-files"
    title = "four clients with the largest files within the limits"
    attackers = 4

    def pictures(self) -> Sequence[bytes]:
        """A JPEG photo and a PNG of 50 megapixels, a HEIC photo in tiles of 44, and a WebP of 16."""
        heic = grid(_TILES, _TILES, tile=_TILE, declared=(_TILES * _TILE, _TILES * _TILE))
        return [noise_jpeg(1), flat_png(depth=16), heic, flat_webp(side=_WEBP_SIDE)]


DECODING: tuple[type[Attack], ...] = (
    JpegScans,
    InterlacedPng,
    DeepPng,
    ThinPng,
    PngTexts,
    JpegFill,
    WebpBomb,
    HeicTiles,
    HeicCanvas,
    HeicTurns,
    HeicTwice,
    HeicSequence,
    LargestFiles,
)
