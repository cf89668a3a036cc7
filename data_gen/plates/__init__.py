"""Number plates as they are pressed, mounted on vehicles and photographed."""
