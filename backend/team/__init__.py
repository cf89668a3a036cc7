"""What the team's page asks for."""
