"""What may be deposited for a piece (guide §10): size, number and formats of files; size of an
upload's parts. Codes of pieces that services, pages and tools exchange, with what people read in
their place.

Programs compare codes alone. The API gives candidates the label and the code (`status` and
`status_code`, `scan` and `scan_code`), staff the code and the label (`status` and `status_label`,
`scan` and `scan_label`).
"""

from enum import StrEnum
from typing import Self

from services.contracts.base import Labelled

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Of a file, and of all files that are merged into one."""
MAX_MERGED_FILES = 12
"""Files that are merged into one document, as the photographed pages of a paper are. Uploads on
their way, those of an hour and the pages that are looked at follow."""
MAX_UPLOAD_PART_BYTES = 1024 * 1024
"""Of an upload in parts, in one request."""


class Format(StrEnum):
    """The kinds of files that a piece may accept, in the guide's order; the value is the usual
    extension. pieces recognises each (`services/pieces/inspection/format_detection.py`) and checks
    it (`inspection/tasks.py`; pictures: `inspection/images.py`)."""

    PDF = "pdf", "application/pdf"
    PNG = "png", "image/png"
    JPG = "jpg", "image/jpeg"
    DOC = "doc", "application/msword"
    DOCX = "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ZIP = "zip", "application/zip"
    AVI = "avi", "video/x-msvideo"
    MP3 = "mp3", "audio/mpeg"
    MP4 = "mp4", "video/mp4"

    media_type: str

    def __new__(
        cls, extension: str, media_type: str = ""
    ) -> Self:  # looked up by its extension alone
        format = str.__new__(cls, extension)
        format._value_ = extension
        format.media_type = media_type
        return format

    @property
    def label(self) -> str:
        """« PDF »"""
        return self.value.upper()


FORMATS = tuple(format.value for format in Format)
GUIDE_FORMATS = ("PDF", "PNG", "JPG", "DOC", "DOCX", "ZIP", "AVI", "MP3", "MP4")
"""Those that the guide recommends, in its words; others may be accepted besides."""
OTHER_EXTENSIONS = {"jpeg": Format.JPG, "jpe": Format.JPG, "jfif": Format.JPG, "m4v": Format.MP4}
"""The format that each of them announces; otherwise a format is its own extension."""
HEIC_EXTENSIONS = ("heic", "heif", "hif")
"""Of telephones' photographs: accepted wherever JPG is, and converted to JPG before they are
stored."""
PICTURE_FORMATS = tuple(format for format in Format if format.media_type.startswith("image/"))
VIEWABLE_FORMATS = (Format.PDF, *PICTURE_FORMATS)
"""What can be shown as a picture: its legibility is looked at, it has a preview, it can be merged
into a PDF."""
VIEWABLE_MEDIA_TYPES = frozenset(format.media_type for format in VIEWABLE_FORMATS)
PAGE_SIDE = 2000
PREVIEW_SIDE = 1000
"""Pixels of the long side of a picture of a file: of a page for a gestionnaire and of a photograph
in a merged PDF (A4 at 170 dpi); of what a candidate sees of their own file."""


class Status(Labelled):
    """Guide §10: none until the first control, then one of these; a later control may set any of
    them again."""

    RECEIVED = "received", "Reçue"
    NON_COMPLIANT = "non_compliant", "Non Conforme"
    COMPLIANT = "compliant", "Conforme"


STATUS_LABELS = {status.value: status.label for status in Status}


class PiecesState(Labelled):
    """The state of the pieces of a candidature: some are not provided, or refused; all are there,
    and the candidate has still to hand some over; nothing is left to the candidate."""

    MISSING = "missing", "Manquantes"
    TO_VALIDATE = "to_validate", "À valider"
    COMPLETE = "complete", "Fournies"


PIECES_STATE_LABELS = {state.value: state.label for state in PiecesState}
MAX_COMMENT_LENGTH = 2000
"""Characters of what is said to the candidate with a status."""


class Scan(Labelled):
    """The antivirus's verdict on a deposit, or why there is none."""

    PENDING = "pending", "analyse en cours"
    CLEAN = "clean", "saine"
    INFECTED = "infected", "infectée"
    FAILED = "failed", "analyse en échec"
    NOT_SCANNED = "not_scanned", "non analysée"  # no antivirus is configured

    @property
    def staff_may_open(self) -> bool:
        """Whether staff may open the file; one that was never scanned is opened with a warning."""
        return self in (Scan.CLEAN, Scan.NOT_SCANNED)


SCAN_LABELS = {scan.value: scan.label for scan in Scan}


class Sign(StrEnum):
    """Why a page of a file may be hard to read."""

    BLANK = "blank"
    SIDEWAYS = "sideways"
    BLURRED = "blurred"
    SMALL = "small"


ACTIVE_CONTENT_LABELS = {
    "javascript": "du code JavaScript",
    "automatic_action": "une action automatique",
    "attachment": "une pièce jointe",
    "xfa_form": "un formulaire XFA",
    "macros": "des macros",
    "remote_template": "un modèle externe",
}
"""What a deposited file may have in it that acts, or brings something else along; its copy has
nothing of it."""
NOT_EXAMINED = "non examiné"
"""In their place, where nobody has looked."""


class FileForm(StrEnum):
    """The form in which staff open a file: a PDF made of pictures of the pages, or the file as it
    was deposited."""

    COPY = "copy"
    ORIGINAL = "original"


class ChangeKind(StrEnum):
    """The kinds of changes that the feed tells of. `removed`: deleted, replaced, of an earlier
    version of the candidature than the one that asks for it again, or found dangerous after it was
    « Conforme ». `withdrawn`: the candidature, désinscrite or écartée, with all its pieces."""

    DEPOSITED = "deposited"
    REMOVED = "removed"
    VALIDATED = "validated"
    CONTROLLED = "controlled"
    WITHDRAWN = "withdrawn"


CHANGES_RETENTION_DAYS = 90
"""How long the feed keeps a change, once it can be read."""


class ReminderOutcome(StrEnum):
    """The outcome of a reminder by hand."""

    SENT = "sent"
    NOTHING_MISSING = "nothing_missing"
    ALREADY_TODAY = "already_reminded_today"
    NOT_FOUND = "not_found"  # unknown, withdrawn or of another académie, without saying which
