"""What a deposited file may be, in the words of the pages.

Which formats a piece accepts is said by pieces, piece by piece (`Piece.formats`).
"""

from __future__ import annotations

from services.chassis.french import file_size
from services.contracts.file_rules import FORMATS, MAX_FILE_BYTES

MAX_SIZE = file_size(MAX_FILE_BYTES)
RECOMMENDED_FORMATS = tuple(file_format.upper() for file_format in FORMATS)
SENTENCE = (
    f"La taille du fichier ne doit pas excéder {MAX_SIZE} et les formats recommandés sont "
    f"{', '.join(RECOMMENDED_FORMATS)}."
)
"""Guide §10, word for word."""
