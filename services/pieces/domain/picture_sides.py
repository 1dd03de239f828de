"""How large the pictures are that are made of deposited files: pixels of the long side."""

from __future__ import annotations

PAGE_SIDE = 2000
"""Of a page that a gestionnaire sees, and of a photograph in a merged PDF: A4 at 170 dpi."""
PREVIEW_SIDE = 1000
"""Of what a candidate sees of their own file."""
