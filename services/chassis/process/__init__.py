"""What every process has: limits on concurrent work and time, readiness, logs, a stop."""
