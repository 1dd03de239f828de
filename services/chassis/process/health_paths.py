"""Where every process answers operations: whether it lives, whether it can work, its metrics."""

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
HEALTH_PATHS = (LIVE, READY, METRICS)
"""Neither logged nor traced: they are asked every few seconds."""
