"""Synthetic tag crops: TRDG draws the text, degradations of this package make it look like a photographed tag."""
