"""HTTP calls to other processes: deadlines, kept connections, replicas behind a name, a circuit breaker per service."""
