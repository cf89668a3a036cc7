"""The service on Ray Serve: `python -m deploy.ray`, or `serve run deploy.ray.application:build`."""
