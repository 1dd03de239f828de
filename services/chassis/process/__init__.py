"""Operation of every process: command line, worker loops, readiness, logs, limits on concurrent
work."""
