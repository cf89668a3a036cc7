"""Set-up and start of the reader on one machine."""
