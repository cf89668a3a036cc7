"""All attacks and bad days, in the order in which they run."""

from __future__ import annotations

from benchmarks.attack.attack import Attack, BadDay
from benchmarks.attack.bad_days import BAD_DAYS
from benchmarks.attack.connections import CONNECTIONS
from benchmarks.attack.decoding import DECODING
from benchmarks.attack.forms import FORMS
from benchmarks.attack.labels import LABELS
from benchmarks.attack.photos import PHOTOS

ATTACKS: tuple[type[Attack | BadDay], ...] = (*FORMS, *DECODING, *PHOTOS, *CONNECTIONS, *BAD_DAYS, *LABELS)
NAMES = tuple(attack.name for attack in ATTACKS)
