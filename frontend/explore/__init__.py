"""The team's page "Explore": labels and crops, found by a search and changed by eye."""
