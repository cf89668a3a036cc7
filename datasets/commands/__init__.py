"""The command lines of `python -m datasets`, one file per command."""
