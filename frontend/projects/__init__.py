"""The page "Projects"."""
