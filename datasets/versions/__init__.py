"""Dataset versions: immutable lists of samples and synthetic parts, made, described and written to disk."""
