"""What every process needs to be operated: its command line, worker loops, readiness, logs, and limits in memory."""
