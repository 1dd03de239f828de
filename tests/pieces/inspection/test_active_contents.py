"""What acts in a file is found, however it is written, and nothing of it is in the file's copy."""

import io
import itertools
from typing import Any

import pikepdf
import pytest
from pikepdf import AttachedFileSpec, Dictionary, Object, Pdf

from services.contracts.piece_rules import Format
from services.pieces.inspection.active_contents import find
from services.pieces.inspection.inspections import MAX_COPY_BYTES
from services.pieces.inspection.pages import merge_pdfs, to_pdf
from tests.pieces import sample_files
from tests.pieces.corpus.pdfs import PAGE, PAGES, document
from tests.pieces.inspection.good_files import GOOD_FILES

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
PLACE = b"<< /S /GoTo /D (debut) >>"
LAUNCH = b"[ << /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (a.exe) >> >> ]"
SITE = b"[ << /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/JS) >> >> ]"
LINKS = "word/_rels/Settings.xml.rels"
TEMPLATE = '<Relationships><Relationship Id="r" Target="https://example.org/a.dotm" TargetMode="{}"/></Relationships>'


def pdf(root: dict[str, bytes] | None = None, page: dict[str, bytes] | None = None, **how: Any) -> bytes:
    """Two pages with a font, and these entries of the catalogue and of the first page."""
    out = io.BytesIO()
    with Pdf.new() as made:
        for _ in range(2):
            made.add_blank_page(page_size=(595, 842))
        made.pages[0].Resources = Object.parse(b"<< /Font << /F1 << /Type /Font /BaseFont /Helvetica >> >> >>")
        made.pages[0].Contents = made.make_stream(b"BT /F1 24 Tf 72 700 Td (Bonjour) Tj ET")
        for key, value in (root or {}).items():
            made.Root[f"/{key}"] = made.make_indirect(Object.parse(value))
        for key, value in (page or {}).items():
            made.pages[0][f"/{key}"] = Object.parse(value)
        made.save(out, **how)
    return out.getvalue()


def with_attachment() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.attachments["a.exe"] = AttachedFileSpec(made, b"MZ", filename="a.exe")
        made.save(out)
    return out.getvalue()


def disguised() -> bytes:
    """A name of which a letter is written as a number, behind a reference."""
    catalogue = {1: b"<< /Type /Catalog /Pages 2 0 R /Names 4 0 R >>", 4: b"<< /A [ << /S 5 0 R >> ] >>"}
    return document({**PAGES, **PAGE, **catalogue, 5: b"/J#61vaScript"})


ACTIVE_PDFS = {
    "script": (pdf({"OpenAction": SCRIPT}), {"javascript", "automatic_action"}),
    "packed": (
        pdf({"Names": SCRIPT}, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        {"javascript"},
    ),
    "locked for changes": (
        pdf({"Names": SCRIPT}, encryption=pikepdf.Encryption(owner="a", user="")),
        {"javascript"},
    ),
    "disguised": (disguised(), {"javascript"}),
    "place, then site": (pdf({"OpenAction": b"<< /S /GoTo /D (debut) /Next << /S /URI >> >>"}), {"automatic_action"}),
    "other file": (pdf({"Names": b"<< /S /GoToR /F (a.pdf) >>"}), {"automatic_action"}),
    "model": (pdf({"Names": b"<< /Type /3D /OnInstantiate (app.alert\\(1\\)) >>"}), {"javascript"}),
    "page opened": (pdf(page={"AA": b"<< /O << /S /GoTo >> >>"}), {"automatic_action"}),
    "launch": (pdf(page={"Annots": LAUNCH}), {"automatic_action"}),
    "attachment": (with_attachment(), {"attachment"}),
    "form": (pdf({"AcroForm": b"<< /Fields [] /XFA [(a) (b)] >>"}), {"xfa_form"}),
}


def copy_of(content: bytes, max_bytes: int = MAX_COPY_BYTES) -> bytes:
    """As `Inspections.copy` makes it."""
    pages = (to_pdf(io.BytesIO(content), number) for number in itertools.count(1))
    return merge_pdfs(list(itertools.takewhile(len, pages)), max_bytes)


@pytest.mark.parametrize("name", ACTIVE_PDFS)
def test_what_acts_is_found_and_its_copy_has_the_pages_and_nothing_of_it(name: str) -> None:
    content, expected = ACTIVE_PDFS[name]
    assert set(find(io.BytesIO(content), Format.PDF) or ()) == expected
    copied = copy_of(content)
    assert find(io.BytesIO(copied), Format.PDF) == []
    with pikepdf.open(io.BytesIO(content)) as original, pikepdf.open(io.BytesIO(copied)) as copy:
        assert len(copy.pages) == len(original.pages)
        written = b" ".join(part.unparse(resolved=True) for part in copy.objects if isinstance(part, Dictionary))
        assert set(copy.Root.keys()) == {"/Type", "/Pages"}
        for page in copy.pages:
            assert len(page.get_images()) == 1
            assert "/Font" not in page.resources
            assert "/Annots" not in page
    assert not [key for key in (b"/JS", b"/AA", b"/EmbeddedFiles", b"/Font", b"/Launch") if key in written]


def test_what_only_shows_a_place_or_speaks_of_scripts_does_not_act() -> None:
    for content in (
        pdf({"OpenAction": PLACE}, {"Annots": SITE}),
        pdf({"OpenAction": b"[0 /Fit]", "Lang": b"(/JS et \\(/AA\\) \\\\ \\( /XFA )"}),
        *(content for _, content, format in GOOD_FILES if format is Format.PDF),
    ):
        assert find(io.BytesIO(content), Format.PDF) == []


def test_macros_and_templates_of_word_documents_are_found() -> None:
    text = sample_files.doc()
    assert find(io.BytesIO(text), Format.DOC) == []
    with_macros = sample_files.ole({"WordDocument": b"t" * 5000, "_VBA_PROJECT": b"x" * 5000})
    assert find(io.BytesIO(with_macros), Format.DOC) == ["macros"]
    for links, expected in (
        (TEMPLATE.format("Internal").encode(), []),
        (TEMPLATE.format("External").encode(), ["remote_template"]),
        (TEMPLATE.format("Ext&#101;rnal").encode("utf-16"), ["remote_template"]),
        (TEMPLATE.format("External").encode().rjust(70_000), None),
    ):
        content = sample_files.docx({LINKS: links})
        assert find(io.BytesIO(content), Format.DOCX) == expected
    assert find(io.BytesIO(sample_files.docx()), Format.DOCX) == []


def test_of_an_archive_nobody_can_tell_what_acts_in_it() -> None:
    assert find(io.BytesIO(sample_files.archive()), Format.ZIP) is None
    assert find(io.BytesIO(sample_files.image()), Format.PNG) == []


def test_a_copy_of_a_picture_has_one_page_and_each_copy_is_the_same_and_none_too_large() -> None:
    for kind in ("PNG", "JPEG"):
        with pikepdf.open(io.BytesIO(copy_of(sample_files.image(kind)))) as copy:
            assert len(copy.pages) == 1
    copies = {copy_of(sample_files.pdf(pages=2)) for _ in range(2)}
    assert len(copies) == 1
    assert copy_of(sample_files.pdf(), max_bytes=500) == b""
