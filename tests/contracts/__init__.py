"""One sample of each event: its producer produces it, every consumer accepts it."""
