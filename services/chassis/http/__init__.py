"""HTTP calls to other processes: deadlines, persistent connections, replicas, a circuit breaker per
service."""
