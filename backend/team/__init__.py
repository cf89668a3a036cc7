"""The team's view of data and models."""
