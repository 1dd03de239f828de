"""« Mes documents », « Visualiser/Imprimer » and forms, whatever event is late or comes twice and
whoever is away."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from services.chassis.process import time_limits
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.documents.domain.document_names import MAX_LENGTH, filename
from services.documents.domain.recipients import Activity, activity_of
from services.objects import ContentDigest, ObjectStore
from tests.documents.example_events import CANDIDATURE, ecartee, saved, with_confirmation, withdrawn
from tests.documents.service import Neighbours, Service, some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf

STRANGER = "deadbeef000000000000000000000000"


CONFIRMATION = f"/candidatures/{CANDIDATURE}/confirmation"
FORM = f"/candidatures/{CANDIDATURE}/forms/ENGAGEMENT"


def _tiles(service: Service) -> list[dict[str, Any]]:
    return list(service.get("/candidatures").get_json()["candidatures"])


def _version_shown(service: Service, path: str) -> str:
    answer = service.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return text_of_pdf(answer.data).partition("Version : ")[2][:1]


def test_a_saved_candidature_is_a_tile_at_once_and_its_documents_follow_whatever_is_away(
    service: Service,
) -> None:
    with service.without_store():
        service.receive(saved())
        assert service.follow() == ["StoreUnavailable"]
    [tile] = _tiles(service)
    assert (tile["id"], tile["session_label"], tile["numero_inscription"]) == (
        CANDIDATURE,
        "BTS 2022",
        "001",
    )
    assert service.documents() == []
    assert service.follow() == [], "once the store is back"
    service.create_documents()
    assert [
        (document["type"], document["label"], document["version"])
        for document in service.documents()
    ] == [
        ("confirmation", "Confirmation d'inscription", 1),
        ("demande_pieces", "Demande de pièces justificatives", 1),
    ]


def test_a_document_is_opened_as_pdf_and_as_page_with_a_clear_name(issued: Service) -> None:
    first = issued.documents()[0]
    pdf, page = (issued.get(f"/documents/{first['id']}/{form}") for form in ("file", "html"))
    assert len(pdf.data) == first["size"]
    assert all("N° candidat : 62141027040" in text for text in issued.texts_of(first))
    assert (pdf.content_type, page.content_type) == ("application/pdf", "text/html; charset=utf-8")
    named = unquote(pdf.headers["Content-Disposition"])
    assert named.startswith("inline; ")
    assert "UTF-8''Confirmation d'inscription - BTS 2022 - version 1.pdf" in named
    to_save = issued.get(f"/documents/{first['id']}/file?save=true").headers["Content-Disposition"]
    assert to_save.startswith("attachment; ")
    for answer in (pdf, page):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_others_documents_do_not_exist_nor_ones_own_once_withdrawn(
    issued: Service, neighbours: Neighbours
) -> None:
    neighbours.set_current(saved())
    document_id = issued.documents()[0]["id"]
    of_document = [f"/documents/{document_id}/{form}" for form in ("file", "html")]
    paths = [f"/candidatures/{CANDIDATURE}/documents", *of_document, CONFIRMATION, FORM]
    assert issued.get("/candidatures", candidate=STRANGER).get_json() == {"candidatures": []}
    for path in paths:
        theirs = issued.get(path, candidate=STRANGER)
        assert theirs.status_code == 404
        unknown = issued.get(path.replace(document_id, some_id()).replace(CANDIDATURE, some_id()))
        assert (unknown.status_code, unknown.get_json()["detail"]) == (
            404,
            theirs.get_json()["detail"],
        )
        assert issued.get(path).status_code == 200
    issued.receive(withdrawn(version=1))
    assert _tiles(issued) == []
    assert [issued.get(path).status_code for path in paths] == [404] * len(paths)


def test_what_is_no_id_is_asked_of_nobody_and_not_found(
    service: Service, neighbours: Neighbours
) -> None:
    ids = (
        "..",
        "%2e%2e",
        "x" * 32,
        "a" * 33,
        f"{CANDIDATURE}%3Fa=b",
        "%00",
        "%ff",
        "a" * 500,
        "..%2f..",
        "é",
    )
    for wrong in (*ids, "%27%20OR%201=1--", CANDIDATURE.upper()):
        of_candidature = [
            f"/candidatures/{wrong}/{of_it}"
            for of_it in ("documents", "confirmation", f"forms/{wrong}")
        ]
        for path in (*of_candidature, f"/documents/{wrong}/file", f"/documents/{wrong}/html"):
            assert service.get(path).status_code == 404, path
    assert neighbours.requests == []


def test_an_older_version_that_comes_late_still_gets_its_documents(service: Service) -> None:
    service.receive_and_create_documents(
        replace(with_confirmation(specialite="Tourisme"), version=2)
    )
    service.receive_and_create_documents(saved(version=1))
    assert [tile["specialite"] for tile in _tiles(service)] == ["Tourisme"]
    marks = [
        (document["version"], document["replaced_by_version"]) for document in service.documents()
    ]
    assert marks == [(2, None)] * len(AUTOMATIC_TYPES) + [(1, 2)] * len(AUTOMATIC_TYPES)


def test_a_withdrawal_that_comes_first_hides_what_it_covers(service: Service) -> None:
    for version in (3, 1):
        service.receive(withdrawn(version=version))
    service.receive(saved(version=3))
    assert _tiles(service) == []
    assert service.get(f"/candidatures/{CANDIDATURE}/documents").status_code == 404


def test_documents_of_a_candidature_set_aside_stay_readable_and_are_marked(issued: Service) -> None:
    assert [tile["ecartee"] for tile in _tiles(issued)] == [False]
    issued.receive(ecartee(version=2))
    assert [tile["ecartee"] for tile in _tiles(issued)] == [True]
    listed = issued.documents()
    assert len(listed) == len(AUTOMATIC_TYPES)
    assert issued.get(f"/documents/{listed[0]['id']}/file").status_code == 200
    issued.receive(withdrawn(version=3))
    issued.receive(ecartee(version=3))
    assert len(issued.documents()) == len(AUTOMATIC_TYPES), (
        "told again as set aside, it shows again"
    )


def test_before_its_event_a_confirmation_is_asked_for(
    service: Service, neighbours: Neighbours
) -> None:
    neighbours.set_current(saved())
    assert _version_shown(service, f"{CONFIRMATION}?version=1") == "1"
    assert neighbours.requests == [(CANDIDATURE, "1", "Bearer service-token")]
    neighbours.set_current(saved(version=2))
    neighbours.token = "another token"
    assert _version_shown(service, CONFIRMATION) == "2"
    assert neighbours.requests[-1] == (CANDIDATURE, "current", "Bearer another token"), "at once"


def test_a_known_version_needs_nobody_else(issued: Service, neighbours: Neighbours) -> None:
    neighbours.is_down = True
    assert _version_shown(issued, f"{CONFIRMATION}?version=1") == "1"
    assert neighbours.requests == []
    assert _version_shown(issued, CONFIRMATION) == "1"
    unknown = issued.get(f"{CONFIRMATION}?version=2")
    assert (unknown.status_code, bool(unknown.headers["Retry-After"])) == (503, True)
    neighbours.is_down = False
    neighbours.set_current(saved(version=2))
    assert _version_shown(issued, CONFIRMATION) == "2", (
        "current is what registrations says, not our copy"
    )
    page = issued.get(f"{CONFIRMATION}?format=html")
    assert page.content_type == "text/html; charset=utf-8"
    assert "A RENVOYER IMPERATIVEMENT POUR LE DIMANCHE 31 OCTOBRE 2021" in text_of_html(page.data)


def test_with_the_store_down_or_changed_documents_are_made_on_the_spot(
    issued: Service, neighbours: Neighbours
) -> None:
    neighbours.set_current(saved())
    first = issued.documents()[0]
    with issued.without_store():
        for path in (CONFIRMATION, FORM):
            assert issued.get(path).data.startswith(b"%PDF")
        assert all("N° candidat : 62141027040" in text for text in issued.texts_of(first))
    for key in issued.keys(".pdf"):
        issued.put_object(key, b"%PDF-1.4 not what was kept")
    assert "N° candidat : 62141027040" in issued.texts_of(first)[0]


def test_a_version_of_somebody_else_or_withdrawn_is_not_found(
    service: Service, neighbours: Neighbours
) -> None:
    neighbours.set_current(saved(candidate_id=some_id()))
    assert service.get(CONFIRMATION).status_code == 404
    neighbours.is_down = True
    assert service.get(CONFIRMATION).status_code == 503
    neighbours.is_down = False
    neighbours.set_current(saved())
    service.receive(withdrawn())
    assert service.get(CONFIRMATION).status_code == 404


def test_a_version_is_a_number_or_current(service: Service) -> None:
    for version in ("0", "-1", "x", "1.5", "١", "9999999", ""):
        answer = service.get(f"{CONFIRMATION}?version={version}")
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), (
            version
        )


def test_a_form_is_filled_in_for_its_candidature(issued: Service, neighbours: Neighbours) -> None:
    neighbours.set_current(saved())
    answer = issued.get(FORM)
    assert "Candidat : MONSIEUR DUBOIS Pierre" in text_of_pdf(answer.data)
    assert "BTS 2022.pdf" in answer.headers["Content-Disposition"].replace("%20", " ")
    for code in ("AUTRE", "%00", "ENGAGEMENT%00", "%3Cb%3E", "a" * 500):
        assert issued.get(FORM.replace("ENGAGEMENT", code)).status_code == 404, code


def test_a_confirmation_asked_for_before_it_is_made_is_made_once(
    service: Service, neighbours: Neighbours
) -> None:
    event = neighbours.set_current(saved())
    with service.without_store():
        assert _version_shown(service, CONFIRMATION) == "1"
    assert service.documents() == []
    assert _version_shown(service, CONFIRMATION) == "1"
    [confirmation] = service.documents()
    service.receive_and_create_documents(event)
    assert {document["type"]: document["id"] for document in service.documents()}[
        "confirmation"
    ] == confirmation["id"]
    assert len(service.documents()) == len(service.keys(".pdf")) == 2


def test_a_store_that_fails_or_changes_bytes_holds_nobody_up_twice(
    service: Service, neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def changed(store: ObjectStore, key: str, *given: object) -> ContentDigest:
        asked.append(key)
        return ContentDigest(0, "")

    neighbours.set_current(saved())
    with monkeypatch.context() as patched:
        patched.setattr(ObjectStore, "put", changed)
        assert _version_shown(service, CONFIRMATION) == "1"
    assert len(asked) == 1
    monkeypatch.setattr(time_limits, "_limits", time_limits.WEB)
    with service.without_store():
        assert _version_shown(service, CONFIRMATION) == "1"
        monkeypatch.setattr(ObjectStore, "put", changed)
        assert _version_shown(service, CONFIRMATION) == "1"
    assert len(asked) == 1, "it has just failed"


@pytest.mark.parametrize(
    ("last", "ended", "has_ended"), [(1, None, False), (1, 1, True), (1, 2, True), (2, 1, False)]
)
def test_an_end_holds_for_what_was_saved_up_to_it(
    last: int, ended: int | None, has_ended: bool
) -> None:
    for is_ecartee, then in ((False, Activity.WITHDRAWN), (True, Activity.ECARTEE)):
        assert activity_of(last, ended, ecartee=is_ecartee) is (
            then if has_ended else Activity.ACTIVE
        )


@pytest.mark.parametrize(
    "label", ["../../etc/passwd", 'a"b', "a\r\nSet-Cookie: x", "C:\\x", "x" * (MAX_LENGTH + 1)]
)
def test_a_file_name_holds_nothing_that_a_file_system_or_a_header_refuses(label: str) -> None:
    name = filename(label, "BTS/2022", extension="pdf")
    assert not set(name) & set('/\\":<>|?*\r\n')
    assert len(name) <= MAX_LENGTH + len(".pdf")
    assert name.endswith(".pdf")
    assert not name.startswith(".")
