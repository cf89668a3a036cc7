"""What this browser has read: kept in the browser alone."""
