"""The HTTP service: reads tags, looks prices up, keeps what shoppers confirm."""
