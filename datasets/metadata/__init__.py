"""What readers say about crops, kept as metadata of these."""
