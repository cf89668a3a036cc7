"""The canonical JSON that stored hashes are computed from, and the reading of JSON that anybody may have written."""

from __future__ import annotations

import json
from typing import Any


def canonical_json(content: object) -> bytes:
    """Serialise a value: keys sorted, no spaces, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def parse_json(data: bytes) -> Any:
    """Parse JSON from a folder or a bucket.

    Raises:
        ValueError: it is no JSON, or nested more deeply than anything that the store writes.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
