"""« Vérifier un document »: what a code says, to whom, and that it cannot be guessed; the QR and
the code on papers."""

import base64
import hashlib
import io
from datetime import timedelta

import pypdfium2
import pytest
from PIL.Image import Image
from pypdf import PdfWriter
from pypdf.generic import NameObject, RectangleObject
from reportlab.pdfgen.canvas import Canvas

from services.chassis.quotas import Quota
from services.chassis.signing_keys import load_keys
from services.clock import system_now
from services.documents.domain.proofs import ALPHABET, Facts, code_in
from services.documents.models import UnknownCodes, db
from services.documents.operations import verification
from services.documents.paper_keys import PaperKeys
from services.documents.pdf_checks import stamp
from services.documents.rendering.stamp import Stamp
from tests.documents.example_events import saved, withdrawn
from tests.documents.imports.exam_office import (
    ExamOffice,
    csv_of,
    line,
    numero,
    pdf_of,
    written,
    zip_of,
)
from tests.documents.service import Neighbours, Service
from tests.documents.text_extraction import text_of_html, text_of_pdf
from tests.documents.verified_papers import (
    CONFIRMATION,
    asked,
    code_of,
    confirmation,
    verified_state,
)
from tests.support.papers import qr_of
from tests.support.process_settings import PAPER_KEY
from tests.support.tokens import bearer, candidate_token, service_token, staff_token

SAID = {
    "type": "Confirmation d'inscription",
    "exam": "BREVET DE TECHNICIEN SUPERIEUR",
    "session": "BTS 2022",
    "specialite": "Banque - conseiller de clientèle (31310)",
    "dated": "2021-10-04",
    "initials": "P. D.",
    "birth_year": 2002,
}


def test_the_qr_and_the_code_of_a_confirmation_lead_to_what_it_says(
    service: Service, neighbours: Neighbours
) -> None:
    """Also where it was drawn before it was stored, in both formats, and again once the store has
    lost it."""
    neighbours.set_current(saved())
    with service.without_store():
        drawn = service.get(CONFIRMATION).data
    service.receive_and_create_documents(saved())
    stored = service.get(CONFIRMATION).data
    code = code_of(stored)
    assert qr_of(drawn) == qr_of(stored)
    assert qr_of(stored).startswith("http://127.0.0.1:8080/verifier/")
    assert code in text_of_pdf(stored)
    assert code in text_of_html(service.get(f"{CONFIRMATION}?format=html").data)
    answer = asked(service, code.lower().replace("-", " ")).get_json()
    assert answer == {"code": code, "state": "in_force", "since": None, **SAID}
    with service.without_store():
        assert qr_of(service.get(CONFIRMATION).data) == qr_of(stored)


def test_a_paper_says_when_it_was_replaced_or_withdrawn(issued: Service) -> None:
    first = code_of(confirmation(issued))
    again = saved(version=2, saved_at="2021-10-06T12:08:00+00:00")
    issued.receive(again)
    assert verified_state(issued, first) == ("replaced", again.saved_at), (
        "before its documents are made"
    )
    issued.create_documents(2)
    second = code_of(confirmation(issued, 2))
    assert verified_state(issued, first) == ("replaced", again.saved_at)
    assert verified_state(issued, second) == ("in_force", None)
    issued.receive(end := withdrawn(version=2))
    assert [verified_state(issued, code) for code in (first, second)] == [
        ("withdrawn", end.withdrawn_at)
    ] * 2


def test_a_paper_of_which_documents_has_not_heard_the_end_is_not_in_force(
    issued: Service, neighbours: Neighbours
) -> None:
    """Registrations has saved a newer version, then ended it; where registrations does not answer
    the copy does."""
    code = code_of(confirmation(issued))
    newer = neighbours.set_current(saved(version=2, saved_at="2021-10-06T12:08:00+00:00"))
    assert verified_state(issued, code) == ("replaced", newer.saved_at)
    neighbours.ended_at = "2021-10-07T12:00:00+00:00"
    assert verified_state(issued, code) == ("withdrawn", neighbours.ended_at)
    neighbours.is_down = True
    assert verified_state(issued, code) == ("in_force", None)


def test_what_is_published_and_made_by_the_portal_is_verified_too(office: ExamOffice) -> None:
    office.published(csv_of([line(1), line(2)]))
    second = office.documents_of(2)[0]
    code = code_of(office.file_of(1, office.documents_of(1)[0]))
    other = code_of(office.file_of(2, second))
    assert code != other, "of candidates of whom all else is the same"
    assert asked(office.service, code).get_json()["type"] == "Convocation(s) aux épreuves"
    office.published(csv_of([line(1)]))
    assert verified_state(office.service, code)[0] == "replaced"
    body = {"reason": "Erreur de salle", "is_reason_shown": False}
    assert (
        office.call(
            "POST", f"/published-documents/{second['id']}/withdrawal", json=body
        ).status_code
        == 204
    )
    assert verified_state(office.service, other)[0] == "withdrawn"


def shown_alike(sent: bytes, stored: bytes) -> list[Image]:
    """Pictures of both first pages, of which the second begins as the first is."""
    before, after = (
        pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil() for pdf in (sent, stored)
    )
    assert after.crop((0, 0, *before.size)).tobytes() == before.tobytes()
    return [before, after]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_pdf_that_an_exam_office_sends_is_stamped_below_what_it_shows(
    office: ExamOffice, degrees: int
) -> None:
    """Also where its page is turned, lies elsewhere and is cropped."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf_of("Convocation de l'office")))
    writer.pages[0].rotate(degrees).cropbox = RectangleObject((30, 40, 500, 740))
    sent = written(writer)
    checked = office.send_pdfs(office.create(source="pdf"), zip_of({f"{numero(1)}.pdf": sent}))
    office.published_of(checked)
    document = office.documents_of(1)[0]
    stored = office.file_of(1, document)
    assert verified_state(office.service, code_of(stored)) == ("in_force", None)
    assert code_of(stored) in office.texts_of(1, document)[1]
    before, after = shown_alike(sent, stored)
    assert after.width == before.width
    assert after.height > before.height


SHOWN = (30, 40, 500, 740)
FACTS = Facts("Convocation", "BTS", "BTS 2022", None, "2022-07-04", "P. D.", 2002, "0")
BOXES = {
    "cropped": {"/CropBox": SHOWN},
    "cropped from the other corner": {"/CropBox": (500, 740, 30, 40)},
    "drawn from the other corner": {"/MediaBox": (500, 740, 30, 40)},
    "cropped beyond its edges": {"/MediaBox": SHOWN, "/CropBox": (-900, -900, 900, 900)},
}


@pytest.mark.parametrize("boxes", BOXES.values(), ids=BOXES)
def test_a_stamp_shows_what_a_page_shows_and_nothing_that_it_hides(
    boxes: dict[str, tuple[int, ...]],
) -> None:
    mark = Stamp.of(PaperKeys(PAPER_KEY, "").proof_of(FACTS), "https://portail.example")
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(595, 842))
    canvas.rect(0, 0, 595, 60, fill=1)  # of which the page shows the upper part
    canvas.saveState()
    canvas.scale(0.1, 0.1)  # as some leave it behind
    canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=page)
    for name, corners in boxes.items():
        writer.pages[0][NameObject(name)] = RectangleObject(corners)
    sent = written(writer)
    _, stored = stamp(io.BytesIO(sent), base64.b64encode(mark.strip()).decode(), room=0)
    assert qr_of(stored) == mark.link
    before, after = shown_alike(sent, stored)
    assert (before.size, after.size) == ((470, 700), (470, 802))
    beside = after.convert("L").crop((400, before.height, *after.size))
    assert beside.getextrema() == (255, 255)


def test_a_code_off_by_one_sign_is_unknown_and_what_is_no_code_is_said(issued: Service) -> None:
    code = code_of(confirmation(issued))
    off = code[:-1] + next(sign for sign in ALPHABET if sign != code[-1])
    assert asked(issued, off).get_json() == {"code": off, "state": "unknown"} | dict.fromkeys(
        ("since", *SAID)
    )
    for typed in ("", code[:-1], f"{code}2", code[:-1] + "0"):
        assert asked(issued, typed).get_json()["errors"][0]["pointer"] == "#/code", typed


def test_guesses_are_limited_of_an_address_and_of_all(
    issued: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verification.OF_SOURCE.max_count < verification.IN_ALL.max_count < 10_000
    code = code_of(confirmation(issued))
    guesses = [f"{number:04}".translate(str.maketrans("01", "XY")) for number in range(40)]
    statuses = [asked(issued, f"ABCDEFGH{guess}").status_code for guess in guesses]
    assert statuses == [200] * verification.OF_SOURCE.max_count + [429] * 10
    assert asked(issued, code).headers["Retry-After"], "who guesses learns nothing more"
    assert verified_state(issued, code, "192.0.2.2")[0] == "in_force"
    monkeypatch.setattr(verification, "IN_ALL", Quota(33, verification.WINDOW))
    statuses = [
        asked(issued, f"ABCDEFGH{guess}", f"198.51.100.{place}").status_code
        for place, guess in enumerate(guesses)
    ]
    assert statuses == [200] * 3 + [429] * 37
    holder = "203.0.113.1"
    unknown = f"ABCDEFGH{guesses[0]}"
    assert verified_state(issued, code, holder)[0] == "in_force", (
        "whoever guesses keeps nobody from a paper"
    )
    assert [asked(issued, typed, holder).status_code for typed in (unknown, code)] == [429, 429]
    with issued.app.app_context():
        with db.operation() as transaction:
            for row in transaction.query(UnknownCodes):
                row.since = system_now() - verification.WINDOW - timedelta(seconds=1)
        verification.purge()
    assert verified_state(issued, code)[0] == "in_force"


def test_a_trace_is_made_by_another_key_than_the_one_that_signs(issued: Service) -> None:
    """Those of the version before, stored until the hour is over, still count."""
    source = "192.0.2.1"
    [signing] = load_keys(PAPER_KEY)
    by_signing_key = hashlib.blake2b(
        source.encode(), key=signing.private_bytes_raw(), digest_size=32
    ).hexdigest()
    keys = PaperKeys(PAPER_KEY, "")
    assert keys.trace_of(source) == PaperKeys(PAPER_KEY, "").trace_of(source)
    assert keys.trace_of(source) not in (by_signing_key, keys.trace_of("192.0.2.2"))
    count = verification.OF_SOURCE.max_count
    with issued.app.app_context(), db.operation() as transaction:
        transaction.add(UnknownCodes(trace=by_signing_key, count=count, since=system_now()))
    unknown = "ABCD-EFGH-JKLM"
    statuses = [asked(issued, unknown, each).status_code for each in (source, "192.0.2.2")]
    assert statuses == [429, 200]


def test_no_one_but_the_gateway_asks_and_everyone_reads_the_keys(service: Service) -> None:
    for token in (
        candidate_token("x"),
        staff_token("x", scopes=["documents:publish"]),
        service_token("pieces"),
    ):
        answer = service.web.post(
            "/v1/verifications", json={"code": "x", "source": "x"}, headers=bearer(token)
        )
        assert answer.status_code == 403
    assert (
        service.web.post("/v1/verifications", json={"code": "x", "source": "x"}).status_code == 401
    )
    (key,) = service.web.get("/.well-known/paper-keys.json").get_json()["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")


@pytest.mark.parametrize(
    "typed", ["ABCD-EFGH-JKLM", "abcd efgh jklm", " ABCDEFGHJKLM ", "ABCD–EFGH–JKLM"]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert code_in(typed) == "ABCDEFGHJKLM"
