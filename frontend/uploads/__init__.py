"""The team's page "Upload": crops and photos go in, and what becomes of each is shown."""
