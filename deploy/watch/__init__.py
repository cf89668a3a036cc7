"""What watches the service: a Grafana dashboard and Prometheus' alert rules, as code."""
