"""The name under which a deposited file is shown: what the candidate called it, made harmless, accents kept."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300  # characters
UNNAMED = "fichier"

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})  # controls, bidi marks, zero widths, non-characters


def cleaned(name: str) -> str:
    """NFC, without folders, control, bidi or invisible characters, at most 300 characters; the extension is kept."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(char if unicodedata.category(char) not in _INVISIBLE else _space_for(char) for char in last)
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip(" ").rstrip(" .")
    if not plain:
        return UNNAMED
    return _shortened(plain)


def extension_of(name: str) -> str:
    """« pdf » for « CNI.PDF », nothing for « CNI » or « .pdf »."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""


def renamed(name: str, extension: str) -> str:
    """« photo.jpg » for « photo.HEIC »."""
    stem, dot, _ = name.rpartition(".")
    return _shortened(f"{stem if dot and stem else name}.{extension}")


def _space_for(char: str) -> str:
    return " " if char in "\t\n\r\u2028\u2029" else ""


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:LONGEST].rstrip(" .")
    return f"{stem[: LONGEST - len(extension) - 1].rstrip()}.{extension}"
