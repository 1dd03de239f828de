"""Renders each sheet once in a process, however many tests look at it."""

from functools import lru_cache

from services.documents.rendering.pdf_and_html import render

rendered = lru_cache(maxsize=256)(render)
