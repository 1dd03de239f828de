"""PDFs and archives of exam offices: to whom they go; what is damaged, active or hostile is
refused, within bounds."""

import bz2
import io
import lzma
import os
import re
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from services.chassis.errors import Invalid
from services.chassis.untrusted_archives import UNREADABLE
from services.confined.checks import ConfinedChecks
from services.contracts.document_rules import (
    MAX_ARCHIVE_BYTES,
    MAX_PDF_BYTES,
    MAX_PDFS_PER_SENDING,
)
from services.documents import pdf_checks
from services.documents.domain.pdf_archives import (
    MAX_UNPACKED_BYTES,
    TOO_LARGE,
    files_of,
    names_of,
)
from services.documents.operations.import_files import ALREADY_THERE
from services.documents.pdf_checks import (
    ACTIVE,
    DAMAGED,
    MAX_PAGES,
    NOT_A_PDF,
    PROTECTED,
    refusal_of,
)
from tests.documents.imports.exam_office import NEW, ExamOffice, numero, pdf_of, written, zip_of
from tests.documents.text_extraction import text_of_pdf

ROOT = Path(__file__).parents[3]


def _copy() -> PdfWriter:
    return PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of())))


def _opening_with(action: str, target: dict[str, str], *, elsewhere: bool = False) -> bytes:
    """It does that when it is opened; `elsewhere`: the name of the action is an object of its
    own."""
    writer = _copy()
    name = writer._add_object(NameObject(action)) if elsewhere else NameObject(action)
    values = {NameObject(key): TextStringObject(value) for key, value in target.items()}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): name, **values}
    )
    return written(writer)


def _of_pages(number: int) -> bytes:
    writer = PdfWriter()
    for _ in range(number):
        writer.add_blank_page(100, 100)
    return written(writer)


def _encrypted() -> bytes:
    writer = _copy()
    writer.encrypt("secret", algorithm="RC4-128")
    return written(writer)


def _identified(content: bytes, identifier: str) -> bytes:
    """With another identifier of 16 bytes, in hexadecimal, in the trailer."""
    changed, number = re.subn(rb"(/ID \[ <\w+> <)\w{32}", rb"\g<1>" + identifier.encode(), content)
    assert number == 1
    return changed


def _titled(title: str, identifier: str) -> bytes:
    """A good PDF; what its title has beyond ASCII is written in UTF-16."""
    writer = _copy()
    writer.add_metadata({"/Title": title})
    writer.generate_file_identifiers()
    return _identified(written(writer), identifier)


@pytest.fixture
def checks() -> Iterator[ConfinedChecks]:
    with closing(ConfinedChecks(pdf_checks.__name__)) as checks:
        yield checks


def test_each_pdf_reaches_the_candidate_of_its_name_with_the_typed_text(
    office: ExamOffice,
) -> None:
    import_id = office.create(source="pdf")
    first = pdf_of("une")
    second = pdf_of("deux")
    office.send(import_id, first, f"{numero(1)}.pdf")
    checked = office.send_pdfs(import_id, zip_of({f"lot/conv_{numero(2)}_v2.pdf": second}))
    assert (checked["ready"], checked["refused"]) == (2, 0)
    assert office.call("GET", f"/imports/{import_id}/preview").data == first
    office.published_of(checked)
    for number, pdf in ((1, first), (2, second)):
        [document] = office.documents_of(number)
        paper, page = office.texts_of(number, document)
        assert text_of_pdf(pdf) in paper
        assert "Vérifier un document" in paper
        assert NEW["paragraphs"][0] in page
    result = office.service.run_command("reconcile")
    assert result.exit_code == 0, result.output


def test_a_pdf_that_is_refused_has_its_reason_in_the_report_until_another_replaces_it(
    office: ExamOffice,
) -> None:
    import_id = office.create(source="pdf")
    for content, reason in (
        (_opening_with("/JavaScript", {"/JS": "app.alert('x')"}), ACTIVE),
        (b"%PDF-1.7" + b"x" * MAX_PDF_BYTES, TOO_LARGE),
    ):
        checked = office.send_pdfs(import_id, content, f"{numero(1)}.pdf")
        assert (checked["ready"], checked["refused"]) == (0, 1)
        assert office.refusals(import_id) == [(f"{numero(1)}.pdf", reason)]
    assert office.service.keys(".pdf") == []
    again = office.send_pdfs(import_id, pdf_of(), f"{numero(1)}.pdf")
    assert (again["ready"], again["refused"]) == (1, 0)


def test_a_pdf_that_is_invalid_or_acts_when_it_is_opened_is_refused_with_its_reason(
    checks: ConfinedChecks,
) -> None:
    attaching = _copy()
    attaching.add_attachment("programme.exe", b"MZ")
    refused = {
        "image": (b"GIF89a", NOT_A_PDF),
        "cut": (pdf_of()[:-40], DAMAGED),
        "empty": (b"%PDF-1.4\n%%EOF", DAMAGED),
        "without a page": (_of_pages(0), DAMAGED),
        "attachment": (written(attaching), ACTIVE),
        "encrypted": (_encrypted(), PROTECTED),
        "long": (_of_pages(MAX_PAGES + 1), f"Le PDF a plus de {MAX_PAGES} pages"),
        "program": (_opening_with("/Launch", {"/F": "cmd.exe"}, elsewhere=True), ACTIVE),
        "site": (_opening_with("/URI", {"/URI": "https://ailleurs.example"}), ACTIVE),
        "site, then": (_opening_with("/GoTo", {"/Next": "https://ailleurs.example"}), ACTIVE),
        "file": (_opening_with("/GoToR", {"/F": r"\\\\ailleurs\\partage\\x.pdf"}), ACTIVE),
    }
    found = {name: refusal_of(checks, content)[0] for name, (content, _) in refused.items()}
    assert found == {name: reason for name, (_, reason) in refused.items()}
    opening = _copy()  # at the first page as a whole, as many programs write it
    place = ArrayObject([opening.pages[0].indirect_reference, NameObject("/Fit")])
    values = {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): place}
    opening.root_object[NameObject("/OpenAction")] = opening._add_object(DictionaryObject(values))
    for good in (pdf_of(), _of_pages(MAX_PAGES), written(opening)):
        assert refusal_of(checks, good)[0] is None


def test_a_name_that_says_nobody_is_refused_and_one_that_leads_elsewhere_is_only_a_name(
    office: ExamOffice,
) -> None:
    reasons = {
        "convocation.pdf": "Aucun N° candidat (11 chiffres) dans le nom du fichier",
        f"{numero(1)}-{numero(2)}.pdf": "Plusieurs N° candidat dans le nom du fichier",
        f"{numero(1)}0.pdf": "Aucun N° candidat (11 chiffres) dans le nom du fichier",
        f"{numero(7)}.pdf": "N° candidat inconnu dans vos académies",
    }
    import_id = office.create(source="pdf")
    only_names = {
        f"../../etc/{numero(1)}.pdf": pdf_of(),
        "__MACOSX/._a.pdf": b"",
        ".DS_Store": b"",
    }
    with office.service.without_store():
        assert office.send(import_id, zip_of(only_names), "lot.zip").status_code == 503
    assert office.read(import_id)["state"] == "prepared", "nothing of a sending is kept"
    office.send_pdfs(import_id, zip_of({**dict.fromkeys(reasons, pdf_of()), **only_names}))
    assert dict(office.refusals(import_id)) == reasons
    [item] = office.call("GET", f"/imports/{import_id}/documents").get_json()["items"]
    assert item["filename"] == f"{numero(1)}.pdf"


def test_a_second_pdf_of_a_candidate_is_refused_unless_it_is_the_same(office: ExamOffice) -> None:
    import_id = office.create(source="pdf")
    first = pdf_of("une")
    for content, refused in ((first, 0), (first, 0), (pdf_of("autre"), 1)):
        checked = office.send_pdfs(import_id, content, f"a{refused}-{numero(1)}.pdf")
        assert (checked["ready"], checked["refused"]) == (1, refused)
    assert office.refusals(import_id) == [(f"a1-{numero(1)}.pdf", ALREADY_THERE)]


def test_an_encrypted_pdf_is_refused_and_a_good_one_taken_whatever_codec_it_asks_for() -> None:
    """The confined reader can import no codec any more; it took such a PDF for a damaged table, and
    let it through."""
    for identifier in ("00db800adba8b85219567e60d408fa25", "feff00e9" * 4, "fffee900" * 4):
        with closing(ConfinedChecks(pdf_checks.__name__)) as checks:
            assert refusal_of(checks, _identified(_encrypted(), identifier))[0] == PROTECTED
            assert refusal_of(checks, _titled("Relevé – № 1", identifier))[0] is None
            assert refusal_of(checks, _identified(_encrypted(), identifier))[0] == PROTECTED


def test_a_reader_that_lacks_a_module_ends_rather_than_go_on_without_it() -> None:
    """What it could not read would count as harmless."""
    reading = (
        "import os; from services.confined import program; from services.documents.pdf_checks "
        "import LIMITS\nprogram.confine(LIMITS, program.filter_of_calls(), os.dup(0)); "
        "'a'.encode('utf-32-be')"
    )
    done = subprocess.run(
        [sys.executable, "-c", reading], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (os.EX_SOFTWARE, b"")


def test_a_file_that_ends_its_reader_is_refused_and_the_next_is_read(
    checks: ConfinedChecks,
) -> None:
    """A page tree that has itself as its child."""
    loop = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0"
        b" R]/Count 1>>endobj\n"
    )
    start = len(loop)
    loop += b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF" % start
    assert [refusal_of(checks, content)[0] for content in (loop, pdf_of())] == [DAMAGED, None]


MEMORY = 64 * 1024 * 1024  # bytes; an archive is on disk
UNPACKED = 96 * 1024 * 1024
BLOCK = b"\0" * (1024 * 1024)
NAME = f"{numero(1)}.pdf"
DEFLATE = zipfile.ZIP_DEFLATED


def _peak(act: Callable[[], None]) -> int:
    """The most memory, in bytes, that Python had of what `act` took."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read(archive: bytes, name: str = "lot.zip") -> list[tuple[str, bytes | str]]:
    return list(files_of(name, io.BytesIO(archive)))


def _archive(method: int, packed: bytes, size: int, names: list[str]) -> bytes:
    """Entries of these names, packed alike, each of which says that it has `size` bytes, of a sum
    that is wrong."""
    body = b""
    places = b""
    sizes = struct.pack("<III", 0, len(packed), size)
    for name in map(str.encode, names):
        start = len(body)
        body += struct.pack("<4sHHHHH", b"PK\x03\x04", 63, 0, method, 0, 33) + sizes
        body += struct.pack("<HH", len(name), 0) + name + packed
        places += struct.pack("<4sHHHHHH", b"PK\x01\x02", 63, 63, 0, method, 0, 33) + sizes
        places += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, start) + name
    count = len(names)
    return (
        body
        + places
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(places), len(body), 0)
    )


def _deflated(size: int) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(b"%PDF-".ljust(size, b"\0")) + packer.flush()


def _packed(packer: bz2.BZ2Compressor | lzma.LZMACompressor) -> bytes:
    return b"".join(
        [*(packer.compress(BLOCK) for _ in range(UNPACKED // len(BLOCK))), packer.flush()]
    )


def _lzma() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "preset": 0}]
    properties = lzma._encode_filter_properties(filters[0])  # type: ignore[attr-defined]
    head = struct.pack("<BBH", 9, 4, len(properties)) + properties
    return head + _packed(lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters))


UNBOUNDED = {
    "bzip2": (zipfile.ZIP_BZIP2, lambda: _packed(bz2.BZ2Compressor())),
    "lzma": (zipfile.ZIP_LZMA, _lzma),
}


@pytest.mark.parametrize(("method", "pack"), UNBOUNDED.values(), ids=UNBOUNDED)
def test_what_is_packed_in_a_way_that_knows_no_bounds_is_not_unpacked(
    method: int, pack: Callable[[], bytes]
) -> None:
    archive = _archive(method, pack(), 10, [NAME])
    found: list[tuple[str, bytes | str]] = []
    assert _peak(lambda: found.extend(read(archive))) < MEMORY
    assert found == [(NAME, UNREADABLE)]


def test_an_archive_that_claims_less_than_it_holds_takes_no_memory() -> None:
    honest = zip_of({NAME: b"%PDF-".ljust(MAX_PDF_BYTES + 1)})
    lying = _archive(DEFLATE, _deflated(UNPACKED), 10, [NAME])
    found: list[tuple[str, bytes | str]] = []
    assert _peak(lambda: found.extend(read(honest) + read(lying))) < MEMORY
    assert found == [(NAME, TOO_LARGE), (NAME, UNREADABLE)]


def test_an_archive_of_countless_entries_is_refused_before_they_are_read() -> None:
    """As many as fit, all of one file: hundreds of thousands."""
    name = b"a"
    entry = (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
        )
        + name
    )
    body = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + name
    directory = entry * ((MAX_ARCHIVE_BYTES - 1024) // len(entry))
    archive = (
        body
        + directory
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(body), 0)
    )

    def read() -> None:
        with pytest.raises(Invalid, match=f"plus de {MAX_PDFS_PER_SENDING} fichiers"):
            list(files_of("lot.zip", io.BytesIO(archive)))

    assert _peak(read) < MEMORY


def test_what_cannot_be_unpacked_counts_as_unpacked_too() -> None:
    """Each of the entries is good for four megabytes of unpacking, and then for nothing: its sum is
    wrong."""
    size = 4 * len(BLOCK)
    names = [f"{numero(number)}.pdf" for number in range(MAX_PDFS_PER_SENDING)]
    packed = _deflated(size)
    began = time.process_time()
    with pytest.raises(Invalid, match="une fois extraite"):
        read(_archive(DEFLATE, packed, size, names))
    assert time.process_time() - began < 2
    just_enough = names[: MAX_UNPACKED_BYTES // size]
    reasons = [reason for _, reason in read(_archive(DEFLATE, packed, size, just_enough))]
    assert reasons == [UNREADABLE] * len(just_enough)


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        (b"PK\x03\x04 and nothing", "endommagée"),
        (zip_of({"dossier/": b""}), "vide"),
        (
            zip_of(dict.fromkeys(map(str, range(MAX_PDFS_PER_SENDING + 1)), b"")),
            f"plus de {MAX_PDFS_PER_SENDING}",
        ),
    ],
)
def test_an_archive_that_cannot_be_taken_is_refused_as_a_whole(archive: bytes, detail: str) -> None:
    for reading in (files_of, names_of):
        with pytest.raises(Invalid, match=detail):
            list(reading("lot.zip", io.BytesIO(archive)))


def test_an_encrypted_archive_names_its_files_as_unreadable() -> None:
    content = bytearray(zip_of({NAME: pdf_of()}))
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    assert zipfile.ZipFile(io.BytesIO(bytes(content))).infolist()[0].flag_bits & 1
    assert read(bytes(content)) == [(NAME, UNREADABLE)]


def test_an_ordinary_archive_with_what_systems_add_is_read() -> None:
    out = io.BytesIO()
    pdf = pdf_of()[:100]
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"x" * 60_000
        for number in range(MAX_PDFS_PER_SENDING):
            name = f"dossier/{'sous-dossier-' * 8}/{numero(number)}.pdf"
            archive.writestr(name, pdf, zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED)
            archive.writestr(f"__MACOSX/{name}", b"")
    assert [content for _, content in read(out.getvalue())] == [pdf] * MAX_PDFS_PER_SENDING


def test_a_pdf_by_itself_is_as_large_as_one_in_an_archive() -> None:
    assert read(b"x" * MAX_PDF_BYTES, NAME) == [(NAME, b"x" * MAX_PDF_BYTES)]
    assert read(b"x" * (MAX_PDF_BYTES + 1), NAME) == [(NAME, TOO_LARGE)]
