"""Command-line tool of gestionnaires: pieces and candidatures of the portal, over its public API
alone."""

from portail.french import speak_french

__version__ = "1.0.0"

speak_french()
