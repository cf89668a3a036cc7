"""Text of others inside of Markdown."""

from __future__ import annotations

import re
from typing import Final

# Streamlit makes links of addresses, also of escaped ones: what it looks for comes after the escaping.
_ADDRESS: Final = re.compile(r"https?(?=://)|www(?=\.)", re.IGNORECASE)
_JOINER: Final = "\u2060"  # is not seen, and no line is broken there


def escaped(text: str) -> str:
    """The text with Markdown's signs escaped, and with addresses that are no links."""
    plain = _ADDRESS.sub(lambda found: found[0] + _JOINER, text)
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!:$~<>&" else sign for sign in plain)
