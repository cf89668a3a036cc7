"""Programs, pages and faults that benchmarks and tests drive: servers, a browser page, a bucket, kills."""
