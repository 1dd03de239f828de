"""Reads of registrations: rows turned into the domain's values, for the API and for operations."""
