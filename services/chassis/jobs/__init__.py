"""Jobs started by a clock: their registry, the leases that let one worker run each, and the gauges that they set."""
