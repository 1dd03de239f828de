"""What an exam office may write in an order to publish, and for how many; lengths in characters."""

from __future__ import annotations

MAX_TITLE_LENGTH = 200
MAX_PARAGRAPHS, MAX_PARAGRAPH_LENGTH = 50, 5000
MAX_RECIPIENTS = 500
"""Candidatures that an order without a file names."""
MAX_REASON_LENGTH = 500
"""Of a withdrawal."""
MAX_ORDER_KEY_LENGTH = 200
"""Of the header Idempotency-Key."""
