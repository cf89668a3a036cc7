"""Attacks on a running backend, and the ordinary readings that it answers meanwhile."""
