"""How grave a message of the home page is; the gateway's `components/alert.html` has the French word of each."""

SEVERITIES = ("info", "warning", "error")
"""The least grave first; those that the design system's alerts have."""
