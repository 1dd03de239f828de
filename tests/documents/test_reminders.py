"""« Relance de pièces justificatives »: made once of each reminder, in « Mes documents », in the guide's words."""

from services.contracts.page_labels import VALIDATE
from tests.documents.example_events import reminded, saved, withdrawn
from tests.documents.service import Service
from tests.documents.text_extraction import text_of_html, text_of_pdf, words

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


def test_a_reminder_is_one_document_however_often_it_is_told_and_says_what_was_missing_until_when(
    issued: Service,
) -> None:
    for _ in range(2):
        assert issued.follow(reminded(), event_id="e" * 32) == []
    [relance] = _relances(issued)
    assert relance["label"] == "Relance de pièces justificatives"
    pdf = issued.get(f"/documents/{relance['id']}/file").data
    text = text_of_pdf(pdf)
    places = [text.find(sentence) for sentence in SENTENCES]
    assert -1 not in places, text
    assert places[1:] == sorted(places[1:]), "by deadline"
    html = issued.get(f"/documents/{relance['id']}/html").data
    assert set(words(text_of_html(html))) >= set(words(" ".join(SENTENCES)))
    issued.follow(reminded(), event_id="f" * 32)
    newest, first = _relances(issued)
    assert (newest["version"], first["version"]) == (None, None), "the version that they print is the candidature's"
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
