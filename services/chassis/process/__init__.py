"""Operation of every process: command line, worker loops, readiness, logs, leases, limits on concurrent work."""
