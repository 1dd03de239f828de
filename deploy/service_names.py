"""The names of our processes, for whatever deploys them. Needs nothing but Python."""

SERVICES = ("accounts", "registrations", "documents", "pieces")
BACKED_UP_BUCKETS = ("documents", "pieces")
OBJECT_SERVICES = ("accounts", *BACKED_UP_BUCKETS)
"""Services that store files, each in a bucket of its name. Those of accounts are copies of people's
data, which are asked for again rather than restored."""
CLIENTS = ("gateway", *SERVICES)
"""Processes that obtain a service token from accounts, each with a client secret of its own."""
