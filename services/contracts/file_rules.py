"""What may be deposited for a piece (guide §10): size, number and formats of files; size of an upload's parts."""

from __future__ import annotations

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Of a file, and of all files that are merged into one: « 5 Mo »."""
MAX_MERGED_FILES = 12
"""Files that are merged into one document, as the photographed pages of a paper are."""
MAX_UPLOAD_PART_BYTES = 1024 * 1024
"""Of an upload in parts, in one request."""
FORMATS = ("pdf", "png", "jpg", "doc", "docx", "zip", "avi", "mp3", "mp4")
"""In the guide's order. pieces has a check for each (`services/pieces/domain/formats.py`)."""
OTHER_EXTENSIONS = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "m4v": "mp4"}
"""The format that each of them announces; otherwise a format is its own extension."""
VIEWABLE_FORMATS = ("pdf", "png", "jpg")
"""What can be shown as a picture: its legibility is looked at, it has a preview, it can be merged into a PDF."""
