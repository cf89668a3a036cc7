"""Photos in the browser: the file, its preview, the crop box."""
