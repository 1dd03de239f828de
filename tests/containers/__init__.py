"""Tests of what the composed portal stands on: its secrets, and the real servers set up with its
files."""
