"""Between a connection and its route: limits of connections, forms, bodies, rates; problems, access, the work queue."""
