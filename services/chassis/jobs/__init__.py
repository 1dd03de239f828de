"""Scheduled jobs: their registry, the leases that let one worker at a time run each, and the gauges that they set."""
