"""Real services for the tests: each module starts one, privately, on a free loopback port, and stops it at the end."""
