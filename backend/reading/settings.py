"""The settings of reading: the model, the pictures that are taken, and the predictions that wait for a label."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from ocr_model.reading.image import ImageLimits

_MEBIBYTE = 1 << 20
# Above this, Pillow takes a picture for an attack, whatever the settings say.
_PILLOWS_MOST_PIXELS = 89_478_485
_LARGE_PHOTO_SHARE = 0.7


class ReadingSettings(BaseSettings):
    """How photos are read; the part of `Settings` that `backend/reading` reads."""

    model_dir: Path | None = Field(
        default=None,
        description="Folder of an exported model that reads while the store names no champion; unset: the shipped one.",
    )
    model_threads: int = Field(default=2, ge=1, le=64, description="Threads that one reading may use.")
    second_reader: bool = Field(default=True, description="Whether PP-OCRv6 small is asked about doubtful crops.")
    reading_workers: int = Field(
        default=2,
        ge=1,
        le=16,
        description="Photos read at the same moment, and ordinary photos decoded at the same moment.",
    )
    reading_queue: int = Field(
        default=16, ge=0, le=1024, description="Photos that may wait for a worker before the service answers 503."
    )

    champion_poll_seconds: float = Field(
        default=5.0,
        ge=0,
        le=3600,
        description="Seconds between looks at the champion and the challenger that the store names; 0 never looks.",
    )
    model_cache_dir: Path | None = Field(
        default=None, description="Folder of the models fetched from the store; unset: `models` in the data folder."
    )
    shadow_queue: int = Field(
        default=8,
        ge=0,
        le=1024,
        description="Crops that may wait for the challenger in shadow; it leaves out what comes beyond them.",
    )

    canary_share: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="Share of requests, at most 0.5, that a challenger answers while the store names one "
        "(`datasets champion canary`); 0 lets none answer.",
    )
    canary_band: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="By how much a challenger's share of corrected labels, or of failed readings, may be above the "
        "champion's; one that surely is is taken back.",
    )

    image_max_bytes: int = Field(
        default=20 * _MEBIBYTE, ge=1024, le=512 * _MEBIBYTE, description="Largest accepted picture file, in bytes."
    )
    image_max_pixels: int = Field(
        default=50_000_000,
        ge=1,
        le=_PILLOWS_MOST_PIXELS,
        description="Most pixels of a picture (width x height), checked before it is decoded.",
    )
    crop_max_pixels: int = Field(
        default=4_000_000,
        ge=10_000,
        le=_PILLOWS_MOST_PIXELS,
        description="Most pixels of the region that is read and kept; a larger one is shrunk.",
    )
    decode_seconds: float = Field(
        default=5.0,
        gt=0,
        le=600,
        description="Seconds of computing that decoding a picture may take (four times as many on the clock); then its "
        "process is killed.",
    )
    decode_bytes: int = Field(
        default=400_000_000,
        ge=100_000_000,
        le=64_000_000_000,
        description="Most memory of all pictures that are being decoded, in bytes. One large picture at a time may "
        "take 70 % of it, and is refused if it needs more; the rest is for ordinary photos. Small ones share 24 MB "
        "more.",
    )
    upload_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Seconds within which a request's body must have arrived."
    )

    pending_seconds: float = Field(
        default=600.0,
        gt=0,
        le=3600,
        description="Seconds that a prediction and its crop wait for their label.",
    )
    pending_count: int = Field(
        default=1024,
        ge=1,
        le=100_000,
        description="Most predictions that wait in memory; the oldest is forgotten first.",
    )
    pending_bytes: int = Field(
        default=64 * _MEBIBYTE,
        ge=_MEBIBYTE,
        le=4096 * _MEBIBYTE,
        description="Most bytes of crops that wait in memory; the oldest is forgotten first.",
    )

    @property
    def image_limits(self) -> ImageLimits:
        """The limits of a picture, as the recognizer takes them."""
        return ImageLimits(
            max_bytes=self.image_max_bytes,
            max_pixels=self.image_max_pixels,
            max_decode_bytes=int(self.decode_bytes * _LARGE_PHOTO_SHARE),
            max_crop_pixels=self.crop_max_pixels,
        )
