"""What a deposited file may be, in the words of the pages.

Which formats a piece accepts is said by pieces, piece by piece (`Piece.formats`).
"""

from collections.abc import Collection

from services.contracts.piece_rules import (
    FORMATS,
    GUIDE_FORMATS,
    HEIC_EXTENSIONS,
    MAX_FILE_BYTES,
    OTHER_EXTENSIONS,
    PICTURE_FORMATS,
)
from services.french import file_size

MAX_SIZE = file_size(MAX_FILE_BYTES)
SENT_PART_BYTES = 128 * 1024
"""Of a file that the page's script sends in parts: little is lost where a slow line breaks."""
ACCEPTED_FORMATS = tuple(code.upper() for code in FORMATS)
SENTENCE = (
    f"La taille du fichier ne doit pas excéder {MAX_SIZE} et les formats recommandés sont "
    f"{', '.join(GUIDE_FORMATS)}."
)
"""Guide §10, word for word."""


def accepted_extensions(formats: Collection[str]) -> str:
    """What a file field proposes for these formats (its `accept`): « .pdf,.jpg,.jpeg,.heic »."""
    others = [extension for extension, code in OTHER_EXTENSIONS.items() if code in formats]
    photographs = HEIC_EXTENSIONS if "jpg" in formats else ()
    return ",".join(f".{extension}" for extension in (*formats, *others, *photographs))


PICTURES = ",".join(
    (
        accepted_extensions(PICTURE_FORMATS),
        *(format.media_type for format in PICTURE_FORMATS),
        *(f"image/{extension}" for extension in HEIC_EXTENSIONS),
    )
)
"""By what the page's script knows photographs: the ends of their names, and what browsers call
them."""
