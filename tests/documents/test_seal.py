"""The seal inside a paper's PDF, as poppler's pdfsig reads it: of drawn and of sent papers, and
which have none."""

import io
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfWriter
from pypdf.generic import NameObject, NumberObject

from services.documents import paper_seal
from services.documents.clients import time_stamp_authority
from services.documents.clients.time_stamp_authority import TimeStampAuthority
from services.documents.dependencies import attach
from services.documents.paper_seal import PaperSeal, SealError
from tests.documents.example_events import saved
from tests.documents.imports.exam_office import (
    ExamOffice,
    csv_of,
    line,
    numero,
    pdf_of,
    written,
    zip_of,
)
from tests.documents.service import Service
from tests.documents.verified_papers import code_of, confirmation, verified_state
from tests.support import seals
from tests.support.app_server import serving
from tests.support.seals import VALID, WHOLE, said_of
from tests.support.silent_server import SilentServer


@pytest.fixture
def sealing(service: Service, tmp_path: Path) -> Service:
    """documents with a certificate."""
    return with_seal(service, PaperSeal(seals.archive(tmp_path), ""))


def with_seal(service: Service, seal: PaperSeal) -> Service:
    attach(service.app, replace(service.dependencies, paper_seal=seal))
    return service


def sent(office: ExamOffice, pdf: bytes) -> tuple[bytes, str]:
    """What the candidate gets of it, and the page beside it."""
    office.register(1)
    office.published_of(
        office.send_pdfs(office.create(source="pdf"), zip_of({f"{numero(1)}.pdf": pdf}))
    )
    document = office.documents_of(1)[0]
    return office.file_of(1, document), office.texts_of(1, document)[1]


def missing(part: str) -> float:
    return REGISTRY.get_sample_value("documents_seals_missing_total", {"part": part}) or 0


def assert_sealed_without_time_stamp(authority: str, folder: Path) -> None:
    """At once."""
    before = missing("time_stamp")
    begun = time.monotonic()
    sealed = PaperSeal(seals.archive(folder), "", TimeStampAuthority(authority)).on(pdf_of())
    assert time.monotonic() - begun < 2
    assert missing("time_stamp") == before + 1
    assert VALID in said_of(sealed, folder)


def test_a_drawn_paper_is_sealed_as_a_whole_and_an_altered_one_is_noticed(
    sealing: Service, tmp_path: Path
) -> None:
    """Also one that is drawn before it is stored, and again once the store has lost it."""
    sealing.receive(saved())
    drawn = confirmation(sealing)
    sealing.create_documents()
    stored = confirmation(sealing)
    with sealing.without_store():
        again = confirmation(sealing)
    for pdf in (drawn, stored, again):
        said = said_of(pdf, tmp_path)
        assert (said.count("Signature #"), VALID in said, WHOLE in said) == (1, True, True), said
        assert "Certificate Common Name: Rectorat" in said
        assert "ETSI.CAdES.detached" in said
    assert verified_state(sealing, code_of(stored)) == ("in_force", None)
    for altered in (stored.replace(b"/Author", b"/Autor ", 1), stored + b"\n"):
        assert altered != stored
        said = said_of(altered, tmp_path)
        assert not (VALID in said and WHOLE in said), said


def test_a_sent_paper_is_sealed_too_with_its_stamp(sealing: Service, tmp_path: Path) -> None:
    stored, _ = sent(ExamOffice(sealing), pdf_of("Convocation de l'office"))
    said = said_of(stored, tmp_path)
    assert (VALID in said, WHOLE in said) == (True, True), said
    assert verified_state(sealing, code_of(stored)) == ("in_force", None)
    altered = stored.replace(b"re W n", b"re W*n", 1)
    assert altered != stored
    assert VALID not in said_of(altered, tmp_path)


def test_a_paper_that_its_office_has_signed_is_given_as_it_is(
    sealing: Service, tmp_path: Path
) -> None:
    signed = PaperSeal(seals.archive(tmp_path), "").on(pdf_of("Convocation signée"))
    stored, page = sent(ExamOffice(sealing), signed)
    assert stored == signed
    assert "Code :" not in page


def test_what_only_one_reader_takes_has_its_code_without_a_seal(
    sealing: Service, tmp_path: Path
) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf_of()))
    writer.root_object[NameObject("/AcroForm")] = NumberObject(5)
    before = missing("seal")
    stored, _ = sent(ExamOffice(sealing), written(writer))
    assert verified_state(sealing, code_of(stored)) == ("in_force", None)
    assert VALID not in said_of(stored, tmp_path)
    assert missing("seal") == before + 1


def test_what_is_no_paper_yet_has_no_seal(sealing: Service) -> None:
    office = ExamOffice(sealing)
    office.register(1)
    checked = office.checked(csv_of([line(1)]))
    assert b"/ByteRange" not in office.call("GET", f"/imports/{checked['id']}/preview").data
    sealing.receive(saved())
    assert b"/ByteRange" in confirmation(sealing)


def test_papers_have_none_without_a_certificate(service: Service) -> None:
    service.receive(saved())
    assert b"/ByteRange" not in confirmation(service)
    stored, _ = sent(ExamOffice(service), pdf_of())
    assert b"/ByteRange" not in stored


def test_papers_do_not_wait_for_an_expired_certificate_and_it_is_seen_before(
    service: Service, tmp_path: Path
) -> None:
    with_seal(service, PaperSeal(seals.archive(tmp_path, lasts=timedelta(hours=-1)), ""))
    before = missing("seal")
    service.receive(saved())
    assert code_of(confirmation(service))
    assert missing("seal") == before + 1
    PaperSeal(seals.archive(tmp_path, lasts=timedelta(days=9)), "")
    remaining = [
        sample.value
        for each in REGISTRY.collect()
        for sample in each.samples
        if "remaining" in sample.name
    ]
    assert any(8.9 < value / 86400 < 9 for value in remaining)


def test_an_archive_of_rsa_with_a_passphrase_seals_and_another_passphrase_is_refused(
    tmp_path: Path,
) -> None:
    file = seals.archive(tmp_path, seals.rsa_key(), passphrase="pâquerette")
    said = said_of(PaperSeal(file, "pâquerette").on(pdf_of()), tmp_path)
    assert (VALID in said, WHOLE in said) == (True, True), said
    for path, passphrase in ((file, "autre"), (file, ""), (f"{file}.absent", ""), (__file__, "")):
        with pytest.raises(SealError):
            PaperSeal(path, passphrase)


def test_nothing_is_signed_where_no_place_is_kept(tmp_path: Path) -> None:
    seal = PaperSeal(seals.archive(tmp_path), "")
    for start, end in ((0, 40), (-40, -2), (4, 4), (40, 44)):
        with pytest.raises(SealError):
            seal.put(pdf_of(), start, end)


def test_an_authority_says_when_a_paper_was_sealed(tmp_path: Path) -> None:
    with serving(seals.time_stamp_authority()) as authority:
        sealed = PaperSeal(seals.archive(tmp_path), "", TimeStampAuthority(authority.url)).on(
            pdf_of()
        )
    said = said_of(sealed, tmp_path)
    assert (VALID in said, WHOLE in said) == (True, True), said
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    stamped = validate_pdf_signature(
        signature, ValidationContext(trust_roots=[])
    ).timestamp_validity
    assert stamped is not None
    assert (stamped.intact, stamped.valid) == (True, True)


def test_a_paper_waits_a_moment_for_an_authority_and_is_sealed_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(connection: socket.socket, line: str) -> None:
        """A byte at a time, without end."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not threading.Event().wait(0.02):
            connection.sendall(b"x")

    monkeypatch.setattr(time_stamp_authority, "SECONDS", 0.2)
    with SilentServer() as authority:
        authority.respond = drip
        assert_sealed_without_time_stamp(authority.url, tmp_path)


@pytest.mark.parametrize("answer", ["no answer", b"\x30\x03\x02\x01\x00", b"", b"x" * 200_000])
def test_whatever_an_authority_answers_the_paper_is_sealed(
    answer: str | bytes, tmp_path: Path
) -> None:
    app = Flask(__name__)
    app.post("/")(lambda: answer)
    with serving(app) as authority:
        assert_sealed_without_time_stamp(authority.url, tmp_path)


def test_while_an_authority_fails_papers_do_not_ask_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Flask(__name__)
    asked = []

    @app.post("/")
    def answer() -> tuple[str, int]:
        asked.append(1)
        return "away", 503

    with serving(app) as authority:
        seal = PaperSeal(seals.archive(tmp_path), "", TimeStampAuthority(authority.url))
        seal.on(pdf_of())
        seal.on(pdf_of())
        assert len(asked) == 1
        monkeypatch.setattr(time_stamp_authority, "PAUSE_SECONDS", 0.0)
        monkeypatch.setattr(seal._time_stamps, "_paused_until", 0.0)
        seal.on(pdf_of())
        seal.on(pdf_of())
        assert len(asked) == 3


def test_a_time_stamp_that_does_not_fit_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_seal, "_TIME_STAMP_BYTES", 100)
    with serving(seals.time_stamp_authority()) as authority:
        assert_sealed_without_time_stamp(authority.url, tmp_path)
