"""What Ray itself is set to; see docs/serving.md. Imports nothing, so that manifests and tests can read it."""

DEFAULTS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no figures to its makers
    "RAY_SERVE_LOG_TO_STDERR": "1",  # with 0, the service's lines are Serve's at INFO, which nobody writes
    "RAY_SERVE_RUN_USER_CODE_IN_SEPARATE_THREAD": "0",  # an event loop less per request: nothing here blocks one
    "RAY_worker_niceness": "0",  # Ray has its workers wait for everybody else (15), and so would shoppers
    "RAY_SERVE_USE_GRPC_BY_DEFAULT": "1",  # between replicas: less work than by Ray's calls of actors
    "RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "0.5",  # looks at all replicas ten times a second otherwise
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",  # a proxy on a busy machine is no dead one
    "RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S": "60",
}
"""Variables of the environment of every Ray process, the head and the workers of a cluster included. Ray reads them at
its import or when a process starts, so an application cannot set them for a Ray that runs."""

if __name__ == "__main__":
    print("\n".join(f"{name}={value}" for name, value in DEFAULTS.items()))
