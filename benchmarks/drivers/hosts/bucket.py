"""A bucket on a host of its own: serves it at an address until the program is ended.

python -m benchmarks.drivers.hosts.bucket ADDRESS PORT BUCKET
"""

from __future__ import annotations

import signal
import sys
import threading

from benchmarks.drivers.gcs_server import GcsServer


def main() -> int:
    """Serve an empty bucket; returns the exit status."""
    address, port, bucket = sys.argv[1:]
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with GcsServer(host=address, port=int(port)) as server:
        server.create_bucket(bucket)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
