"""Which documents there are, and when a candidature's are shown."""
