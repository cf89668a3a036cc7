"""The team's page: the labels that models learn from, and the models that read."""
