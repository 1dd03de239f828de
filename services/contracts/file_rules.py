"""What a deposited file may be (guide §10): its size, and the formats that an exam's catalogue may ask for."""

from __future__ import annotations

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Of a file, and of all files that are merged into one: « 5 Mo »."""
FORMATS = ("pdf", "png", "jpg", "doc", "docx", "zip", "avi", "mp3", "mp4")
"""In the guide's order. pieces has a check for each (`services/pieces/domain/formats.py`)."""
