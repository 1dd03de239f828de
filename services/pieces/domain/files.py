"""Deposited files: their formats by extension, the name under which a file is shown, the key of its
object."""

import re
import unicodedata
from datetime import UTC, datetime
from urllib.parse import quote

from services.contracts.api.uploads import MAX_FILENAME_LENGTH
from services.contracts.piece_rules import HEIC_EXTENSIONS, OTHER_EXTENSIONS, Format

_FORMATS_BY_EXTENSION = {**{format.value: format for format in Format}, **OTHER_EXTENSIONS}


def format_of_extension(extension: str) -> Format | None:
    """The format that an extension (without dot, any case) announces; None if it is none of
    them."""
    return _FORMATS_BY_EXTENSION.get(extension.casefold())


def is_heic_extension(extension: str) -> bool:
    """Whether a HEIC may have this extension; some telephones call them .jpg."""
    return extension.casefold() in HEIC_EXTENSIONS or format_of_extension(extension) is Format.JPG


def accepted_formats(codes: tuple[str, ...]) -> tuple[Format, ...]:
    """The formats that a piece's list of extensions names, in the guide's order; an empty list
    means all."""
    formats = {format_of_extension(code) for code in codes}
    return tuple(format for format in Format if format in formats) or tuple(Format)


def list_formats(formats: tuple[Format, ...]) -> str:
    """« PDF, PNG, JPG »"""
    return ", ".join(format.label for format in formats)


UNNAMED = "fichier"

_INVISIBLE = frozenset(
    {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
)  # controls, bidi marks, zero widths, non-characters


def clean_filename(name: str) -> str:
    """NFC, without folders, control, bidi or invisible characters, at most MAX_FILENAME_LENGTH;
    extension kept."""
    base = re.sub(r"[\t\n\r\u2028\u2029]", " ", re.split(r"[/\\]", name)[-1])
    visible = "".join(char for char in base if unicodedata.category(char) not in _INVISIBLE)
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip(" ").rstrip(" .")
    return _shorten(plain) if plain else UNNAMED


def extension_of(name: str) -> str:
    """« pdf » for « CNI.PDF », empty for « CNI » or « .pdf »."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""


def with_extension(name: str, extension: str) -> str:
    """« photo.jpg » for « photo.HEIC »."""
    stem, dot, _ = name.rpartition(".")
    return _shorten(f"{stem if dot and stem else name}.{extension}")


def _shorten(name: str) -> str:
    if len(name) <= MAX_FILENAME_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:MAX_FILENAME_LENGTH].rstrip(" .")
    return f"{stem[: MAX_FILENAME_LENGTH - len(extension) - 1].rstrip()}.{extension}"


def deposit_key(
    candidate_id: str,
    candidature_id: str,
    code: str,
    deposited_at: datetime,
    deposit_id: str,
    sha256: str,
) -> str:
    """The key of a deposited file's object, which says whose file it is. `code`: the piece's; the
    instant is in UTC.

    pieces/<candidate>/<candidature>/<code of the piece>/<instant>-<deposit>-<SHA-256>
    """
    code = quote(code, safe="").replace(
        ".", "%2E"
    )  # a catalogue may name a piece « .. » or « A/B »
    instant = f"{deposited_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    return f"pieces/{candidate_id}/{candidature_id}/{code}/{instant}-{deposit_id}-{sha256}"
