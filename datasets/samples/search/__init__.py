"""The language that labels are searched with, its meaning in Python and in SQL."""
