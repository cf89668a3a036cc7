"""Training of the small reader of Korean words on tags."""
