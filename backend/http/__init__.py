"""Between a request and its route: limits of bodies and rates, problems, team access, the work queue."""
