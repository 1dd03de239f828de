"""How many results a search proposes."""

from __future__ import annotations

MAX_PROPOSALS = 20
"""Of every search of a tab (établissement, spécialité, nationality …), where the caller asks for no other number."""
