"""The crops that are kept, read from the spool or else from the bucket."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from PIL import Image

from datasets.errors import (
    BucketUnavailableError,
    CropError,
    ObjectDamagedError,
    ObjectMissingError,
    StoreError,
    UnknownSampleError,
)
from datasets.objects.interface import ObjectStore
from datasets.objects.names import crop_name, is_digest
from datasets.samples.crop import open_crop, pixel_digest


class KeptCrops:
    """Reads crops by their digest.

    Args:
        places: places to look in, the nearest first.
    """

    def __init__(self, places: Sequence[ObjectStore]) -> None:
        self._places = places

    def stored_bytes(self, digest: str) -> bytes:
        """The PNG of a sample as it is stored, unchecked.

        Raises:
            UnknownSampleError: the crop is in none of the places.
            BucketUnavailableError: it is not in the spool and the bucket does not answer.
        """
        if not is_digest(digest):
            raise UnknownSampleError(f"there is no sample {digest}")
        for objects in self._places:
            with contextlib.suppress(ObjectMissingError, ObjectDamagedError):
                return objects.get(crop_name(digest))
        raise UnknownSampleError(f"there is no crop {digest}")

    def whole(self, digest: str) -> tuple[bytes, Image.Image]:
        """The PNG and the RGB picture of a sample, from the first place where its pixels match its name.

        Raises:
            UnknownSampleError: it is in none of the places.
            CropError: every copy is damaged.
            BucketUnavailableError: it is not whole in the spool, and the bucket does not answer.
        """
        if not is_digest(digest):
            raise UnknownSampleError(f"there is no sample {digest}")
        damage: StoreError | None = None
        for objects in self._places:
            try:
                data = objects.get(crop_name(digest))
                image = open_crop(data)
                if pixel_digest(image) != digest:
                    raise CropError("it shows other pixels than its name says")
                return data, image
            except ObjectMissingError:
                continue
            except BucketUnavailableError:
                raise
            except StoreError as error:  # such as an error of the disk: this file cannot be read
                damage = damage or error
        if damage is not None:
            raise CropError(f"the crop {digest} is damaged: {damage}") from damage
        raise UnknownSampleError(f"there is no crop {digest}")
