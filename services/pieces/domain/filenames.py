"""The name under which a deposited file is shown: the candidate's own, made harmless, accents kept."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 300  # characters
UNNAMED = "fichier"

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})  # controls, bidi marks, zero widths, non-characters


def clean_filename(name: str) -> str:
    """NFC, without folders, control, bidi or invisible characters, at most MAX_LENGTH long; the extension is kept."""
    base = re.split(r"[/\\]", name)[-1]
    visible = "".join(char if unicodedata.category(char) not in _INVISIBLE else _space_for(char) for char in base)
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip(" ").rstrip(" .")
    if not plain:
        return UNNAMED
    return _shorten(plain)


def extension_of(name: str) -> str:
    """« pdf » for « CNI.PDF », empty for « CNI » or « .pdf »."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""


def with_extension(name: str, extension: str) -> str:
    """« photo.jpg » for « photo.HEIC »."""
    stem, dot, _ = name.rpartition(".")
    return _shorten(f"{stem if dot and stem else name}.{extension}")


def _space_for(char: str) -> str:
    return " " if char in "\t\n\r\u2028\u2029" else ""


def _shorten(name: str) -> str:
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:MAX_LENGTH].rstrip(" .")
    return f"{stem[: MAX_LENGTH - len(extension) - 1].rstrip()}.{extension}"
