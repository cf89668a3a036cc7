"""What comes of a photo of a batch."""

from __future__ import annotations

from typing import Literal

Outcome = Literal["read", "no-text", "failed"]
