"""Number plates on whole photos and in videos: found, read, put together, and agreed on over frames."""
