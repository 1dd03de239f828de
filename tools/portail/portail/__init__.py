"""Command-line tool of gestionnaires: pieces and candidatures of the portal, over its public API alone."""

__version__ = "1.0.0"
