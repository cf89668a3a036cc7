"""How the service is watched: traces, log lines, and the settings of both; the metrics are in `backend.metrics`."""
