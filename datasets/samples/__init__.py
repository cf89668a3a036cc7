"""Confirmed crops and their label events: kept, indexed, replicated, checked and reviewed."""
