"""What a deposited file may be, for the pages that say it: the size that the gateway checks, the formats of the guide.

Which formats a piece accepts is said by pieces, piece by piece (`Piece.formats`).
"""

from __future__ import annotations

from services.chassis.french import file_size

MAX_BYTES = 5 * 1024 * 1024
"""Of all files of a deposit together (guide §10)."""
MAX_SIZE = file_size(MAX_BYTES)
RECOMMENDED_FORMATS = ("PDF", "PNG", "JPG", "DOC", "DOCX", "ZIP", "AVI", "MP3", "MP4")
SENTENCE = (
    f"La taille du fichier ne doit pas excéder {MAX_SIZE} et les formats recommandés sont "
    f"{', '.join(RECOMMENDED_FORMATS)}."
)
"""Guide §10, word for word."""
