"""The team's page: what is learned from, and which model reads."""
