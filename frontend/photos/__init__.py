"""Photos in the browser: decoding, preview, crop box."""
