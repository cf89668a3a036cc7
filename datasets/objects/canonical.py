"""The canonical JSON that stored hashes are computed from."""

from __future__ import annotations

import json


def canonical_json(content: object) -> bytes:
    """Serialise a value: keys sorted, no spaces, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()
