"""Accuracy and speed, side by side with what a user could pick instead."""
