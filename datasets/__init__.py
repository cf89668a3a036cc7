"""Confirmed crops and their labels, dataset versions made of them, and the cycle from a version to a new champion."""
