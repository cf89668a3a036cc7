"""Prices of shoes: price providers behind one interface."""
