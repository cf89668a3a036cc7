"""A day of a team, as one run against the real backend: upload, look, fix, freeze, train; a viewer only looks."""
