"""Objects by name, in a folder or a bucket, and what is built from nothing else: numbered chains and leases."""
