"""What may be deposited for a piece (guide §10): size, number and formats of files; size of an upload's parts."""

from __future__ import annotations

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Of a file, and of all files that are merged into one."""
MAX_MERGED_FILES = 12
"""Files that are merged into one document, as the photographed pages of a paper are."""
MAX_UPLOAD_PART_BYTES = 1024 * 1024
"""Of an upload in parts, in one request."""
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "avi": "video/x-msvideo",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
FORMATS = tuple(MEDIA_TYPES)
"""In the guide's order. pieces has a check for each (`services/pieces/domain/formats.py`)."""
OTHER_EXTENSIONS = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "m4v": "mp4"}
"""The format that each of them announces; otherwise a format is its own extension."""
HEIC_EXTENSIONS = ("heic", "heif", "hif")
"""Of telephones' photographs: accepted wherever JPG is, and converted to JPG before they are stored."""
VIEWABLE_FORMATS = ("pdf", "png", "jpg")
"""What can be shown as a picture: its legibility is looked at, it has a preview, it can be merged into a PDF."""
VIEWABLE_MEDIA_TYPES = frozenset(MEDIA_TYPES[code] for code in VIEWABLE_FORMATS)
PAGE_SIDE, PREVIEW_SIDE = 2000, 1000
"""Pixels of the long side of a picture of a file: of a page for a gestionnaire and of a photograph in a merged PDF
(A4 at 170 dpi); of what a candidate sees of their own file."""
