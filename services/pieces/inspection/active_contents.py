"""What acts in a sound file, or brings something else along: no reason to refuse it, since scanners
and word processors add such things, but staff are told of it."""

import html
import re
from typing import BinaryIO

import pikepdf

from services.chassis.untrusted_archives import opened, unpacked
from services.contracts.piece_rules import Format
from services.pieces.inspection import archives, ole

_NAMES = re.compile(
    rb"/(?:"
    rb"(?P<javascript>JS|JavaScript|OnInstantiate)"
    rb"|(?P<automatic_action>"
    rb"AA|Launch|SubmitForm|ImportData|GoToE|GoToR|Rendition|Movie|RichMedia)"
    rb"|(?P<attachment>EF|EmbeddedFiles?)"
    rb"|(?P<xfa_form>XFA)"
    rb")(?![^\s/<>\[\]()])"
)
"""Keys and values of a PDF's dictionaries that say so."""
_TEXT = re.compile(rb"\((?:[^\\)]++|\\.)*+\)", re.DOTALL)
_LINKS = "word/_rels/settings.xml.rels"
_MAX_LINKS_BYTES = 64 * 1024
_EXTERNAL = re.compile(r"TargetMode\s*=\s*[\"']External")


def find(content: BinaryIO, format: Format) -> list[str] | None:
    """Codes of ACTIVE_CONTENT_LABELS; None where nobody can tell, as of an archive, whose files are
    not opened."""
    content.seek(0)
    try:
        if format is Format.PDF:
            return _in_pdf(content)
        if format is Format.DOCX:
            return ["remote_template"] if _has_remote_template(content) else []
    except Exception:  # a reader may fail in any way on hostile bytes
        return None
    if format is Format.DOC:
        return ["macros"] if ole.has_macros(content) else []
    return None if format is Format.ZIP else []


def _in_pdf(content: BinaryIO) -> list[str]:
    """Each object is looked through as its reader writes it: to walk through its parts takes many
    times as long."""
    with pikepdf.open(content, suppress_warnings=True) as document:
        parts = (
            item.stream_dict if isinstance(item, pikepdf.Stream) else item
            for item in document.objects
        )
        written = [
            part.unparse(resolved=True) for part in parts if isinstance(part, pikepdf.Object)
        ]
        opening = document.Root.get("/OpenAction")
        if isinstance(opening, pikepdf.Dictionary) and (
            opening.get("/S") != pikepdf.Name.GoTo or "/Next" in opening
        ):
            written.append(b"/AA")
    return sorted(
        {str(name.lastgroup) for name in _NAMES.finditer(_TEXT.sub(b"", b" ".join(written)))}
    )


def _has_remote_template(content: BinaryIO) -> bool:
    """Raises ValueError for links that cannot be read within their limit."""
    archive, files = opened(content, archives.MAX_ENTRIES)
    links = [entry for entry in files if entry.filename.casefold() == _LINKS]
    for _, part in unpacked(archive, links, _MAX_LINKS_BYTES, _MAX_LINKS_BYTES):
        if isinstance(part, str):
            raise ValueError(part)
        if _EXTERNAL.search(
            html.unescape(part.replace(b"\0", b"").decode("latin-1"))
        ):  # also where it is UTF-16
            return True
    return False
