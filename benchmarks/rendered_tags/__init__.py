"""Reads photos of rendered tags whole, and counts codes, fields, lines and barcodes that are right."""
