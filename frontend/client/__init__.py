"""The backend over HTTP, as typed values."""
