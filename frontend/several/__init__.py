"""The page that reads several photos or a zip at once."""
