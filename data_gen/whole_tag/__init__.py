"""Whole tags as brands lay them out, photographed, with the truth for every line and barcode."""
