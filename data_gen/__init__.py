"""Synthetic tag crops: TRDG draws the text, our own degradations make it look like a photographed tag."""
