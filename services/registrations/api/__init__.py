"""The HTTP face of registrations: parse, call an operation or a query, dump. No rule and no query of its own."""
