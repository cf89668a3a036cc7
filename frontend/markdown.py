"""Text of others inside of Markdown."""

from __future__ import annotations


def escaped(text: str) -> str:
    """The text with Markdown's signs escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!:$~<>&" else sign for sign in text)
