"""The HTTP API of registrations: parses, calls an operation or a query, serialises. No rule or
query of its own."""
