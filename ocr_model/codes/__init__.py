"""Texts on tags: their normal forms, the brands' code formats, and how probable a text is as a code."""
