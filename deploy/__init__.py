"""How the reader is set up and run."""
