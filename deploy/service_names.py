"""The names of our processes, for whatever deploys them. Needs nothing but Python."""

SERVICES = ("accounts", "registrations", "documents", "pieces")
OBJECT_SERVICES = ("documents", "pieces")
"""Services that store files, each in a bucket of its name."""
CLIENTS = ("gateway", *SERVICES)
"""Processes that obtain a service token from accounts, each with a client secret of its own."""
