"""Objects whose bytes can be checked by their names: crops, label events, segments and models."""

from __future__ import annotations

import hashlib
import logging

from datasets.errors import CropError, ObjectConflictError, ObjectDamagedError
from datasets.objects.interface import ObjectStore
from datasets.objects.names import crop_digest, model_name
from datasets.samples.crop import open_crop, pixel_digest
from datasets.samples.event import EventName, event_digest
from datasets.samples.segment import SegmentName, read_segment

_LOG = logging.getLogger(__name__)


def is_genuine(name: str, data: bytes) -> bool:
    """Whether the bytes of a crop, a label event, a segment or a model's description match the hash in their name."""
    digest = crop_digest(name)
    if digest is not None:
        try:
            return pixel_digest(open_crop(data)) == digest
        except CropError:
            return False
    model = model_name(name)
    if model is not None:
        return hashlib.sha256(data).hexdigest() == model
    if SegmentName.parse(name) is not None:
        try:
            read_segment(name, data)
        except ObjectDamagedError:
            return False
        return True
    event = EventName.parse(name)
    return event is not None and event_digest(data) == event.digest


def place(objects: ObjectStore, name: str, data: bytes) -> bool:
    """Put an object that its name can check, replacing a damaged one.

    The same pixels, or the same events, in another encoder's bytes are left alone.

    Returns:
        True if the object was created or replaced; False if a genuine one was there.
    """
    try:
        return objects.put(name, data)
    except ObjectConflictError:
        try:
            if is_genuine(name, objects.get(name)):
                return False
        except ObjectDamagedError as error:
            _LOG.warning("replaced: %s", error)
        objects.delete(name)
        return objects.put(name, data)
