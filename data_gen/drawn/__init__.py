"""Characters drawn by hand: digits as splines in several ways of writing, and what is no digit."""
