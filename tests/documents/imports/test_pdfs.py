"""PDFs of an exam office, matched by the N° candidat in their names: what is taken, and what is refused as hostile."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from services.confined.checks import ConfinedChecks
from services.contracts.document_rules import MAX_PDF_BYTES
from services.documents import pdf_checks
from services.documents.domain.pdf_archives import TOO_LARGE
from services.documents.operations.import_files import ALREADY_THERE
from services.documents.pdf_checks import ACTIVE, DAMAGED, MAX_PAGES, NOT_A_PDF, PROTECTED, refusal_of
from tests.documents.imports.exam_office import NEW, ExamOffice, numero, pdf_of, zip_of
from tests.documents.text_extraction import text_of_html, text_of_pdf

ROOT = Path(__file__).parents[3]


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _opening_with(action: str, target: dict[str, str], *, elsewhere: bool = False) -> bytes:
    """It does that when it is opened; `elsewhere`: the name of the action is an object of its own."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of())))
    name = writer._add_object(NameObject(action)) if elsewhere else NameObject(action)
    values = {NameObject(key): TextStringObject(value) for key, value in target.items()}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/S"): name, **values})
    return _written(writer)


def _opening_at_a_place() -> bytes:
    """As many programs write it: the first page, as a whole."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of())))
    place = ArrayObject([writer.pages[0].indirect_reference, NameObject("/Fit")])
    values = {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): place}
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(values))
    return _written(writer)


def _with_attachment() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of())))
    writer.add_attachment("programme.exe", b"MZ")
    return _written(writer)


def _of_pages(number: int) -> bytes:
    writer = PdfWriter()
    for _ in range(number):
        writer.add_blank_page(100, 100)
    return _written(writer)


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of())))
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def _identified(content: bytes, identifier: str) -> bytes:
    """With another identifier of 16 bytes, in hexadecimal, in the trailer."""
    changed, number = re.subn(rb"(/ID \[ <\w+> <)\w{32}", rb"\g<1>" + identifier.encode(), content)
    assert number == 1
    return changed


def _titled(title: str, identifier: str) -> bytes:
    """A good PDF; what its title has beyond ASCII is written in UTF-16."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of())))
    writer.add_metadata({"/Title": title})
    writer.generate_file_identifiers()
    return _identified(_written(writer), identifier)


@contextmanager
def confined_checks() -> Iterator[ConfinedChecks]:
    checks = ConfinedChecks(pdf_checks.__name__)
    yield checks
    checks.close()


def test_each_pdf_reaches_the_candidate_of_its_name_with_the_typed_text(office: ExamOffice) -> None:
    import_id = office.create(source="pdf")
    first, second = pdf_of("une"), pdf_of("deux")
    office.send(import_id, first, f"{numero(1)}.pdf")
    checked = office.send_pdfs(import_id, zip_of({f"lot/conv_{numero(2)}_v2.pdf": second}))
    assert (checked["ready"], checked["refused"]) == (2, 0)
    assert office.call("GET", f"/imports/{import_id}/preview").data == first
    office.publish(checked)
    office.work()
    for number, pdf in ((1, first), (2, second)):
        [document] = office.documents_of(number)
        stored = text_of_pdf(office.file_of(number, document))
        assert text_of_pdf(pdf) in stored
        assert "Vérifier un document" in stored
        assert NEW["paragraphs"][0] in text_of_html(office.file_of(number, document, "html"))
    result = office.service.run_command("reconcile")
    assert result.exit_code == 0, result.output


def test_a_pdf_that_is_refused_has_its_reason_in_the_report_until_another_replaces_it(office: ExamOffice) -> None:
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


def test_a_pdf_that_is_invalid_or_acts_when_it_is_opened_is_refused_with_its_reason() -> None:
    refused = {
        "image": (b"GIF89a", NOT_A_PDF),
        "cut": (pdf_of()[:-40], DAMAGED),
        "empty": (b"%PDF-1.4\n%%EOF", DAMAGED),
        "without a page": (_of_pages(0), DAMAGED),
        "attachment": (_with_attachment(), ACTIVE),
        "encrypted": (_encrypted(), PROTECTED),
        "long": (_of_pages(MAX_PAGES + 1), f"Le PDF a plus de {MAX_PAGES} pages"),
        "program": (_opening_with("/Launch", {"/F": "cmd.exe"}, elsewhere=True), ACTIVE),
        "site": (_opening_with("/URI", {"/URI": "https://ailleurs.example"}), ACTIVE),
        "site, then": (_opening_with("/GoTo", {"/Next": "https://ailleurs.example"}), ACTIVE),
        "file": (_opening_with("/GoToR", {"/F": r"\\\\ailleurs\\partage\\x.pdf"}), ACTIVE),
    }
    with confined_checks() as checks:
        found = {name: refusal_of(checks, content)[0] for name, (content, _) in refused.items()}
        assert found == {name: reason for name, (_, reason) in refused.items()}
        for good in (pdf_of(), _of_pages(MAX_PAGES), _opening_at_a_place()):
            assert refusal_of(checks, good)[0] is None


def test_a_name_that_says_nobody_is_refused_and_one_that_leads_elsewhere_is_only_a_name(office: ExamOffice) -> None:
    reasons = {
        "convocation.pdf": "Aucun N° candidat (11 chiffres) dans le nom du fichier",
        f"{numero(1)}-{numero(2)}.pdf": "Plusieurs N° candidat dans le nom du fichier",
        f"{numero(1)}0.pdf": "Aucun N° candidat (11 chiffres) dans le nom du fichier",
        f"{numero(7)}.pdf": "N° candidat inconnu dans vos académies",
    }
    import_id = office.create(source="pdf")
    only_names = {f"../../etc/{numero(1)}.pdf": pdf_of(), "__MACOSX/._a.pdf": b"", ".DS_Store": b""}
    with office.service.without_store():
        assert office.send(import_id, zip_of(only_names), "lot.zip").status_code == 503
    assert office.read(import_id)["state"] == "prepared", "nothing of a sending is kept"
    office.send_pdfs(import_id, zip_of({**dict.fromkeys(reasons, pdf_of()), **only_names}))
    assert dict(office.refusals(import_id)) == reasons
    [item] = office.call("GET", f"/imports/{import_id}/documents").get_json()["items"]
    assert item["filename"] == f"{numero(1)}.pdf"


def test_a_second_pdf_of_a_candidate_is_refused_unless_it_is_the_same(office: ExamOffice) -> None:
    import_id, first = office.create(source="pdf"), pdf_of("une")
    for content, refused in ((first, 0), (first, 0), (pdf_of("autre"), 1)):
        checked = office.send_pdfs(import_id, content, f"a{refused}-{numero(1)}.pdf")
        assert (checked["ready"], checked["refused"]) == (1, refused)
    assert office.refusals(import_id) == [(f"a1-{numero(1)}.pdf", ALREADY_THERE)]


def test_an_encrypted_pdf_is_refused_and_a_good_one_taken_whatever_codec_its_texts_ask_for() -> None:
    """The confined reader can import no codec any more; it took such a PDF for a damaged table, and let it through."""
    for identifier in ("00db800adba8b85219567e60d408fa25", "feff00e9" * 4, "fffee900" * 4):
        with confined_checks() as checks:
            assert refusal_of(checks, _identified(_encrypted(), identifier))[0] == PROTECTED
            assert refusal_of(checks, _titled("Relevé – № 1", identifier))[0] is None
            assert refusal_of(checks, _identified(_encrypted(), identifier))[0] == PROTECTED


def test_a_reader_that_lacks_a_module_ends_rather_than_go_on_without_it() -> None:
    """What it could not read would count as harmless."""
    reading = (
        "import os; from services.confined import program; from services.documents.pdf_checks import LIMITS\n"
        "program.confine(LIMITS, program.filter_of_calls(), os.dup(0)); 'a'.encode('utf-32-be')"
    )
    done = subprocess.run([sys.executable, "-c", reading], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (os.EX_SOFTWARE, b"")


def test_a_file_that_ends_its_reader_is_refused_and_the_next_is_read() -> None:
    """A page tree that has itself as its child."""
    loop = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
    start = len(loop)
    loop += b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF" % start
    with confined_checks() as checks:
        assert refusal_of(checks, loop)[0] == DAMAGED
        assert refusal_of(checks, pdf_of())[0] is None
