"""What every request meets before a route: limits of bodies and rates, problem answers, team access, the work queue."""
