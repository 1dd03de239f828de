"""Clients of the other services that documents calls."""
