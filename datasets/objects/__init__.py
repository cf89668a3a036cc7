"""Objects by name, in a folder or a bucket, and the numbered chains and leases built from them."""
