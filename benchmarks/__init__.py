"""Accuracy and speed of this reader, side by side with readers that a user could pick instead."""
