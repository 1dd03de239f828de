"""PDFs that may act, each with what it has in it."""

import io
from typing import Any

import pikepdf
from pikepdf import AttachedFileSpec, Encryption, Object, ObjectStreamMode, Pdf

from tests.pieces import sample_files
from tests.pieces.corpus.pdfs import PAGE, PAGES, document

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


LAUNCH = b"[ << /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (a.exe) >> >> ]"


def pdf(
    root: dict[str, bytes] | None = None, page: dict[str, bytes] | None = None, **how: Any
) -> bytes:
    """Two pages with a font, and these entries of the catalogue and of the first page."""
    with Pdf.new() as made:
        for _ in range(2):
            made.add_blank_page(page_size=(595, 842))
        made.pages[0].Resources = Object.parse(
            b"<< /Font << /F1 << /Type /Font /BaseFont /Helvetica >> >> >>"
        )
        made.pages[0].Contents = made.make_stream(b"BT /F1 24 Tf 72 700 Td (Bonjour) Tj ET")
        for key, value in (root or {}).items():
            made.Root[f"/{key}"] = made.make_indirect(Object.parse(value))
        for key, value in (page or {}).items():
            made.pages[0][f"/{key}"] = Object.parse(value)
        return sample_files.saved(made, **how)


def with_attachment() -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.attachments["a.exe"] = AttachedFileSpec(made, b"MZ", filename="a.exe")
        return sample_files.saved(made)


def disguised() -> bytes:
    """A name of which a letter is written as a number, behind a reference."""
    catalogue = {
        1: b"<< /Type /Catalog /Pages 2 0 R /Names 4 0 R >>",
        4: b"<< /A [ << /S 5 0 R >> ] >>",
    }
    return document({**PAGES, **PAGE, **catalogue, 5: b"/J#61vaScript"})


ACTIVE_PDFS = {
    "script": (pdf({"OpenAction": SCRIPT}), {"javascript", "automatic_action"}),
    "packed": (
        pdf({"Names": SCRIPT}, object_stream_mode=ObjectStreamMode.generate),
        {"javascript"},
    ),
    "locked for changes": (
        pdf({"Names": SCRIPT}, encryption=Encryption(owner="a", user="")),
        {"javascript"},
    ),
    "disguised": (disguised(), {"javascript"}),
    "place, then site": (
        pdf({"OpenAction": b"<< /S /GoTo /D (debut) /Next << /S /URI >> >>"}),
        {"automatic_action"},
    ),
    "other file": (pdf({"Names": b"<< /S /GoToR /F (a.pdf) >>"}), {"automatic_action"}),
    "model": (
        pdf({"Names": b"<< /Type /3D /OnInstantiate (app.alert\\(1\\)) >>"}),
        {"javascript"},
    ),
    "page opened": (pdf(page={"AA": b"<< /O << /S /GoTo >> >>"}), {"automatic_action"}),
    "launch": (pdf(page={"Annots": LAUNCH}), {"automatic_action"}),
    "attachment": (with_attachment(), {"attachment"}),
    "form": (pdf({"AcroForm": b"<< /Fields [] /XFA [(a) (b)] >>"}), {"xfa_form"}),
}
