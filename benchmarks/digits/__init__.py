"""How well digits are read that somebody else wrote or drew."""
