"""What gestionnaires publish, and for whom they may."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.contracts import document_rules as rules
from services.contracts.registrations import RegistrationWithdrawn
from services.documents.operations.publishing import publish_document
from tests.documents.example_events import CANDIDATURE, ecartee, saved, withdrawn
from tests.documents.service import Service, some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf
from tests.support.tokens import bearer, staff_token

ORDER: dict[str, Any] = {
    "type": "convocation",
    "title": "Convocation aux épreuves écrites",
    "paragraphs": ["Vous êtes convoqué le 12 mai 2022.", "Présentez-vous avec cette convocation."],
    "candidatures": [CANDIDATURE],
}


def _order(service: Service, token: str | None = None, key: str | None = None, **given: Any) -> TestResponse:
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
    return next(document for document in service.documents() if document["type"] == given.get("type", "convocation"))


def test_a_convocation_is_published_once_with_what_the_gestionnaire_wrote(issued: Service) -> None:
    publication = published(issued)
    assert (publication["label"], publication["version"]) == ("Convocation aux épreuves écrites", None)
    assert len(issued.documents()) == len(rules.AUTOMATIC_TYPES) + 1
    for read, form in ((text_of_pdf, "file"), (text_of_html, "html")):
        text = read(issued.get(f"/documents/{publication['id']}/{form}").data)
        assert "CONVOCATION AUX ÉPREUVES ÉCRITES" in text
        assert "MONSIEUR DUBOIS Pierre" in text
        assert all(paragraph in text for paragraph in ORDER["paragraphs"])
    other = published(issued, title="Convoca\x1btion\r\n", paragraphs=["Le 12\u202e mai\x07"])
    assert other["id"] != publication["id"], "one more of its type stands beside it"
    assert other["label"] == "Convocation", "without what cannot be printed"
    assert "Le 12 mai" in text_of_pdf(issued.get(f"/documents/{other['id']}/file").data)


def test_an_uploaded_pdf_that_cannot_be_stamped_is_given_as_it_is_beside_its_typed_text(issued: Service) -> None:
    pdf = b"%PDF-1.4 what an academie made\n%%EOF"
    publication = published(issued, pdf=base64.b64encode(pdf).decode())
    assert issued.get(f"/documents/{publication['id']}/file").data == pdf
    page = text_of_html(issued.get(f"/documents/{publication['id']}/html").data)
    assert ORDER["paragraphs"][0] in page
    assert "Code :" not in page


def test_only_candidatures_of_ones_academies_are_written_to(issued: Service) -> None:
    elsewhere = staff_token(scopes=["documents:publish"], academies=["05"])
    assert _order(issued, elsewhere).status_code == 404
    strange = some_id()
    answer = _order(issued, candidatures=[CANDIDATURE, strange, CANDIDATURE])
    assert answer.status_code == 202
    assert (answer.get_json()["accepted"], answer.get_json()["refused"]) == (1, [strange])


@pytest.mark.parametrize("end", [withdrawn, ecartee])
def test_a_candidature_that_has_ended_gets_nothing(service: Service, end: Callable[[], RegistrationWithdrawn]) -> None:
    service.receive(saved())
    service.receive(end())
    assert _order(service).status_code == 404


def test_an_order_that_cannot_be_carried_out_is_refused(service: Service) -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"type": "confirmation"},
        {"type": "autre"},
        {"title": ""},
        {"title": " \x1b "},
        {"title": "x" * (rules.MAX_TITLE_LENGTH + 1)},
        {"paragraphs": []},
        {"paragraphs": ["x"] * (rules.MAX_PARAGRAPHS + 1)},
        {"candidatures": []},
        {"candidatures": [some_id()] * (rules.MAX_RECIPIENTS + 1)},
        {"candidatures": ["x"]},
        {"pdf": "not base64"},
        {"pdf": base64.b64encode(b"GIF89a").decode()},
    )
    for wrong in wrongs:
        answer = _order(service, **wrong)
        assert answer.status_code == 422, wrong
        assert answer.get_json()["errors"][0]["pointer"].startswith(f"#/{next(iter(wrong))}")


def test_an_order_given_again_under_its_key_is_answered_as_the_first_and_carried_out_once(issued: Service) -> None:
    pdf = base64.b64encode(b"%PDF-1.4 convocation\n%%EOF").decode()
    neighbour = staff_token("gestionnaire-2", scopes=["documents:publish"], academies=["03"])
    first, again, other = (_order(issued, key=key, pdf=pdf) for key in ("a", "a", "b"))
    theirs = _order(issued, neighbour, key="a", pdf=pdf)
    assert first.get_json() == again.get_json()
    assert len({answer.get_json()["id"] for answer in (first, other, theirs)}) == 3, "a key is its caller's own"
    refused = _order(issued, key="a", title="Autre chose", pdf=pdf)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/cle-deja-utilisee")
    assert _order(issued, key="a", pdf=pdf, candidatures=[CANDIDATURE, some_id()]).status_code == 409
    assert _order(issued, key="x" * (rules.MAX_ORDER_KEY_LENGTH + 1)).status_code == 422
