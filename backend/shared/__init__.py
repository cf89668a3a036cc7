"""What several backends share through one PostgreSQL: unconfirmed readings, rates, and deletions."""
