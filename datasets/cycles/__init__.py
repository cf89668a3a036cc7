"""Cycles: train a challenger on a version, compare it with the champion, promote or reject it, report."""
