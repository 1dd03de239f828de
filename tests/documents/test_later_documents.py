"""What is made after a version's own documents: publications, reminders, and editions of dates that
have moved."""

import base64
from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from services.contracts import document_rules as rules
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.page_labels import VALIDATE
from services.contracts.registrations import DatesMoved, Edition, RegistrationValidated
from services.contracts.session_options import ONLINE
from services.documents.follow_ups import DOCUMENTS, registry
from services.documents.operations.publishing import publish_document
from tests.documents.example_events import CANDIDATURE, ecartee, reminded, sample, saved, withdrawn
from tests.documents.service import Service, some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf, words
from tests.support.service_worker import runner_of
from tests.support.tokens import bearer, staff_token

ORDER: dict[str, Any] = {
    "type": "convocation",
    "title": "Convocation aux épreuves écrites",
    "paragraphs": ["Vous êtes convoqué le 12 mai 2022.", "Présentez-vous avec cette convocation."],
    "candidatures": [CANDIDATURE],
}


def _order(
    service: Service, token: str | None = None, key: str | None = None, **given: Any
) -> TestResponse:
    token = token or staff_token("gestionnaire-1", scopes=["documents:publish"], academies=["03"])
    headers = {**bearer(token), **({"Idempotency-Key": key} if key else {})}
    return service.web.post("/v1/publications", json={**ORDER, **given}, headers=headers)


def published(service: Service, **given: Any) -> dict[str, Any]:
    """Order, let the worker do it twice, and give the candidate's newest convocation."""
    publication = _order(service, **given).get_json()
    assert publication["accepted"] == 1, publication
    with service.app.app_context():
        for _ in range(2):
            publish_document(service.dependencies, publication["id"], CANDIDATURE)
    return next(
        document
        for document in service.documents()
        if document["type"] == given.get("type", "convocation")
    )


def test_a_convocation_is_published_once_with_what_the_gestionnaire_wrote(issued: Service) -> None:
    publication = published(issued)
    assert (publication["label"], publication["version"]) == (
        "Convocation aux épreuves écrites",
        None,
    )
    assert len(issued.documents()) == len(rules.AUTOMATIC_TYPES) + 1
    for text in issued.texts_of(publication):
        for part in (
            "CONVOCATION AUX ÉPREUVES ÉCRITES",
            "MONSIEUR DUBOIS Pierre",
            *ORDER["paragraphs"],
        ):
            assert part in text
    other = published(issued, title="Convoca\x1btion\r\n", paragraphs=["Le 12\u202e mai\x07"])
    assert other["id"] != publication["id"], "one more of its type stands beside it"
    assert other["label"] == "Convocation", "without what cannot be printed"
    assert "Le 12 mai" in issued.texts_of(other)[0]


def test_an_uploaded_pdf_that_cannot_be_stamped_is_given_as_it_is_beside_its_typed_text(
    issued: Service,
) -> None:
    pdf = b"%PDF-1.4 what an academie made\n%%EOF"
    publication = published(issued, pdf=base64.b64encode(pdf).decode())
    assert issued.get(f"/documents/{publication['id']}/file").data == pdf
    page = text_of_html(issued.get(f"/documents/{publication['id']}/html").data)
    assert ORDER["paragraphs"][0] in page
    assert "Code :" not in page


def test_only_candidatures_of_ones_academies_that_have_not_ended_are_written_to(
    issued: Service,
) -> None:
    elsewhere = staff_token(scopes=["documents:publish"], academies=["05"])
    assert _order(issued, elsewhere).status_code == 404
    strange = some_id()
    answer = _order(issued, candidatures=[CANDIDATURE, strange, CANDIDATURE])
    assert answer.status_code == 202
    assert (answer.get_json()["accepted"], answer.get_json()["refused"]) == (1, [strange])
    for version, end in enumerate((withdrawn, ecartee), 2):
        issued.receive(saved(version=version))
        assert _order(issued).status_code == 202
        issued.receive(end(version))
        assert _order(issued).status_code == 404


def test_an_order_that_cannot_be_carried_out_is_refused(service: Service) -> None:
    wrongs: dict[str, list[Any]] = {
        "type": ["confirmation", "autre"],
        "title": ["", " \x1b ", "x" * (rules.MAX_TITLE_LENGTH + 1)],
        "paragraphs": [[], ["x"] * (rules.MAX_PARAGRAPHS + 1)],
        "candidatures": [[], [some_id()] * (rules.MAX_RECIPIENTS + 1), ["x"]],
        "pdf": ["not base64", base64.b64encode(b"GIF89a").decode()],
    }
    for field, values in wrongs.items():
        for value in values:
            answer = _order(service, **{field: value})
            assert answer.status_code == 422, (field, value)
            assert answer.get_json()["errors"][0]["pointer"].startswith(f"#/{field}")


def test_an_order_given_again_under_its_key_is_answered_as_the_first_and_carried_out_once(
    issued: Service,
) -> None:
    pdf = base64.b64encode(b"%PDF-1.4 convocation\n%%EOF").decode()
    neighbour = staff_token("gestionnaire-2", scopes=["documents:publish"], academies=["03"])
    first, again, other = (_order(issued, key=key, pdf=pdf) for key in ("a", "a", "b"))
    theirs = _order(issued, neighbour, key="a", pdf=pdf)
    assert first.get_json() == again.get_json()
    assert len({answer.get_json()["id"] for answer in (first, other, theirs)}) == 3, (
        "a key is its caller's own"
    )
    refused = _order(issued, key="a", title="Autre chose", pdf=pdf)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/cle-deja-utilisee")
    assert (
        _order(issued, key="a", pdf=pdf, candidatures=[CANDIDATURE, some_id()]).status_code == 409
    )
    assert _order(issued, key="x" * (rules.MAX_ORDER_KEY_LENGTH + 1)).status_code == 422


SENTENCES = (
    "RELANCE DE PIÈCES JUSTIFICATIVES",
    "restaient à déposer ou à valider le 24/10/2021 à 09:00 (heure/Paris)",
    "A déposer en ligne jusqu'au dimanche 31 octobre 2021 23:59 (heure/Paris)",
    "NATIDE06 : Document justifiant l'identité Non déposée",
    f"CINSIG03 : Confirmation d'inscription signée Déposée : à valider par « {VALIDATE} »",
    "A déposer en ligne jusqu'au mardi 09 novembre 2021 23:59 (heure/Paris)",
    "BTSETAS4 : Attestation de formation Non Conforme : La signature manque.",
)


def _relances(service: Service) -> list[dict[str, object]]:
    return [document for document in service.documents() if document["type"] == "relance_pieces"]


def test_a_reminder_is_one_document_however_often_it_is_told_and_says_what_was_missing(
    issued: Service,
) -> None:
    for _ in range(2):
        assert issued.follow(reminded(), event_id="e" * 32) == []
    [relance] = _relances(issued)
    assert relance["label"] == "Relance de pièces justificatives"
    text, page = issued.texts_of(relance)
    places = [text.find(sentence) for sentence in SENTENCES]
    assert -1 not in places, text
    assert places[1:] == sorted(places[1:]), "by deadline"
    assert set(words(page)) >= set(words(" ".join(SENTENCES)))
    issued.follow(reminded(), event_id="f" * 32)
    newest, first = _relances(issued)
    assert (newest["version"], first["version"]) == (None, None), (
        "the version that they print is the candidature's"
    )
    assert (newest["replaced_at"], first["replaced_at"]) == (None, newest["published_at"])


def test_before_its_version_has_come_it_waits(service: Service) -> None:
    assert service.follow(reminded()) == ["NotFound"]
    service.receive_and_create_documents(saved())
    assert service.follow() == []
    assert len(_relances(service)) == 1
    kept = service.keys("pdf")
    service.receive(withdrawn())
    assert service.follow(reminded(), event_id="f" * 32) == []
    assert service.keys("pdf") == kept, "a withdrawn candidature gets none"


MOVED = sample(DatesMoved)
AGAIN = replace(
    MOVED, edited_at="2021-10-22T08:00:00+00:00", editions=(Edition(CANDIDATURE, 1, 3),)
)
EARLIER = saved(confirmation=replace(saved().confirmation, return_by="2021-11-09"))
VALIDATED = "Validée en ligne le 05/10/2021 à 12:00 (heure de Paris) par le candidat."
BEFORE = "A RENVOYER IMPERATIVEMENT POUR LE MARDI 09 NOVEMBRE 2021"
AFTER = "A RENVOYER IMPERATIVEMENT POUR LE DIMANCHE 14 NOVEMBRE 2021"


def made(service: Service) -> list[tuple[str, int, bool]]:
    """Type, edition, and whether it was replaced."""
    return [
        (item["type"], item["edition"], item["replaced_at"] is not None)
        for item in service.documents()
    ]


def printed(service: Service, edition: int) -> str:
    """The confirmation of that edition."""
    that_edition = ("confirmation", edition)
    [id] = [
        item["id"]
        for item in service.documents()
        if (item["type"], item["edition"]) == that_edition
    ]
    answer = service.get(f"/documents/{id}/file")
    assert ("édition" in answer.headers["Content-Disposition"].replace("%C3%A9", "é")) == (
        edition > 1
    )
    return text_of_pdf(answer.data)


def test_moved_dates_make_a_new_edition_once_and_the_one_before_stays_marked(
    service: Service,
) -> None:
    service.receive_and_create_documents(EARLIER)
    for _ in range(2):
        service.receive(MOVED)
        asked = service.get(f"/candidatures/{CANDIDATURE}/confirmation?version=1")
        assert AFTER in text_of_pdf(asked.data), "before the worker has made it again"
        assert service.follow() == []
    assert made(service) == [
        ("confirmation", 2, False),
        ("demande_pieces", 2, False),
        ("confirmation", 1, True),
        ("demande_pieces", 1, True),
    ]
    assert BEFORE in printed(service, 1)
    assert AFTER in printed(service, 2)
    assert "Version : 1 du 04/10/2021 à 14:08 - Edition 2 du 20/10/2021 à 10:00" in printed(
        service, 2
    )


def test_an_administrator_reads_how_many_documents_are_made_again(service: Service) -> None:
    def remade(*scopes: str) -> Any:
        headers = bearer(staff_token("staff-1", scopes=scopes, academies=None))
        return service.web.get("/v1/staff/remade-documents", headers=headers).get_json()

    service.receive_and_create_documents(saved())
    assert remade("openings:manage") == []
    service.receive(MOVED)
    [item] = remade("openings:manage")
    opening = {"exam": saved().exam.label, "session": saved().session.label, "academie": "03"}
    assert item == {**opening, "expected": 2, "made": 0, "last_made_at": None}
    other = saved(candidature_id=some_id(), candidate_id=some_id())
    service.receive(other)
    of_other = replace(MOVED, editions=(Edition(other.candidature_id, 1, 2),))
    for event in (MOVED, of_other, of_other):
        service.follow(event)
    [item] = remade("openings:manage")
    assert (item["expected"], item["made"], item["last_made_at"] is not None) == (4, 4, True)
    service.receive(replace(AGAIN, dates=replace(MOVED.dates, return_by="2021-11-20")))
    [item] = remade("openings:manage")
    assert (item["expected"], item["made"], item["last_made_at"]) == (2, 0, None), (
        "of the latest move alone"
    )


def test_an_edition_that_comes_before_its_version_or_after_a_newer_one_is_printed_no_more(
    service: Service,
) -> None:
    for event in (AGAIN, MOVED):
        assert service.follow(event) == []
    service.receive_and_create_documents(saved())
    assert [edition for _, edition, _ in made(service)] == [3] * len(AUTOMATIC_TYPES)


def test_lost_files_of_an_edition_before_are_made_again_with_their_own_dates(
    service: Service,
) -> None:
    service.receive_and_create_documents(EARLIER)
    service.follow(MOVED)
    for key in service.keys(""):
        service.dependencies.store.delete(key)
    assert BEFORE in printed(service, 1)
    assert AFTER in printed(service, 2)


def test_a_validation_is_printed_in_the_place_of_the_signature_and_stays_when_dates_move(
    service: Service,
) -> None:
    service.receive_and_create_documents(saved(validation=ONLINE))
    service.follow()
    assert "Validée en ligne" not in printed(service, 1)
    for _ in range(2):
        service.follow(sample(RegistrationValidated))
    assert made(service) == [
        ("confirmation", 2, False),
        ("confirmation", 1, True),
        ("demande_pieces", 1, False),
    ]
    assert VALIDATED in printed(service, 2)
    history = service.get(f"/candidatures/{CANDIDATURE}/history").get_json()
    titles = {event["title"] for event in history["events"]}
    assert {"Confirmation d'inscription", "Confirmation d'inscription, édition 2"} < titles
    moved = replace(MOVED, editions=(Edition(CANDIDATURE, 1, 3, "2021-10-05T10:00:00+00:00"),))
    service.follow(moved)
    for key in service.keys(""):
        service.dependencies.store.delete(key)
    assert [VALIDATED in printed(service, edition) for edition in (1, 2, 3)] == [False, True, True]


def test_what_was_just_saved_does_not_wait_behind_what_is_made_again(service: Service) -> None:
    others = [saved(candidature_id=some_id(), candidate_id=some_id()) for _ in range(3)]
    for event in others:
        service.receive(event)
    service.follow()
    editions = tuple(Edition(event.candidature_id, 1, 2) for event in others)
    service.receive(replace(MOVED, editions=editions))
    service.receive(saved())
    with service.app.app_context():
        assert runner_of(service.app, registry).run_once(DOCUMENTS)
    assert len(service.documents()) == len(AUTOMATIC_TYPES), (
        "the first that the thread of saved versions takes"
    )
