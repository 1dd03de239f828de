"""Real services for the tests: each module starts one, on a free loopback port, and stops it."""
