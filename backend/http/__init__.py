"""The way of a request to its route: limits of bodies and rates, problems, team access, the work queue."""
