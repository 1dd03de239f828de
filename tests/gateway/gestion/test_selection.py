"""One decision for the pieces selected in a page of the list."""

from typing import Any

import pytest

from gateway.clients.base import ServiceClient
from gateway.layout.frame import GESTION_PAGES
from gateway.posted_forms import DAY_EXPECTED
from gateway.web.gestion import decisions, pieces
from services.chassis.errors import Unavailable
from services.contracts.api.operation import Request
from services.contracts.api.staff_pieces import control_many
from services.contracts.page_sizes import LARGEST_SELECTION
from tests.gateway.candidates import Browser
from tests.gateway.gestion import people
from tests.gateway.gestion.people import COMPLIANT, RECEIVED, StaffBrowser, StaffFactory

WHOLE = 8
PAGE = 3


def select(browser: Browser, words: str, *values: str) -> None:
    form = [("filtres", browser.value("filtres") or ""), ("comment", ""), ("decision", words)]
    browser.post("/gestion/pieces/decisions", [*form, *(("selection", value) for value in values)])


def boxes(browser: Browser, candidate: Browser) -> list[str]:
    browser.get(f"/gestion/pieces?candidature={candidate.shown_id}")
    values: list[str] = browser.page.xpath("//input[@name='selection']/@value")
    return values


def test_a_selection_is_decided_at_once_with_a_report_of_what_did_not_pass(
    staff: StaffFactory, gestionnaire: Browser, candidate: Browser
) -> None:
    first, second = boxes(gestionnaire, candidate)
    other = staff.logged_in("03")
    select(other, "received", boxes(other, candidate)[0])
    select(gestionnaire, "compliant", first, second)
    gestionnaire.shows("Une pièce est maintenant « Conforme ».", "1 pièce sans décision")
    assert "BINET" in gestionnaire.text.upper(), "the report names the piece"
    assert (
        f"Cette pièce a changé depuis que vous l'avez lue. Son statut est « {RECEIVED} »."
        in gestionnaire.text
    )
    assert sorted(people.statuses(candidate)) == sorted([COMPLIANT, RECEIVED])
    gestionnaire.follow("Retour à la liste")
    assert gestionnaire.title == GESTION_PAGES["pieces"].label


@pytest.fixture
def long_list(
    gestionnaire: StaffBrowser, candidate: Browser, monkeypatch: pytest.MonkeyPatch
) -> Browser:
    """A gestionnaire who has selected the whole of a list that is longer than one may decide at
    once: here eight."""
    for module in (pieces, decisions):
        for name, limit in (("LARGEST_SELECTION", WHOLE), ("LARGEST_PAGE", PAGE)):
            monkeypatch.setattr(module, name, limit, raising=False)
    monkeypatch.setattr(pieces, "PAGE_SIZES", ("2", str(PAGE)))
    candidature = candidate.shown_id
    people.add_pieces_to_control(gestionnaire.portal, candidature, WHOLE + 3)
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}")
    assert len(gestionnaire.rows()) == 2
    gestionnaire.press("Filtrer", par_page=str(PAGE))
    assert len(gestionnaire.rows()) == PAGE
    gestionnaire.follow(f"Sélectionner toute cette liste ({WHOLE} pièces au plus)")
    assert len(gestionnaire.page.xpath("//input[@name='selection'][@checked]")) == WHOLE
    return gestionnaire


def test_a_whole_list_is_selected_and_decided_over_several_pages_with_a_fresh_code(
    long_list: Browser,
) -> None:
    assert (
        long_list.press(RECEIVED, comment="Vu le 4 octobre.", second_facteur="000000").status_code
        == 422
    )
    assert "Ce code n'est pas le bon" in long_list.text
    assert "Vu le 4 octobre." in long_list.answer.text
    assert f"{WHOLE} pièces à décider encore" in long_list.text
    long_list.press(f"Continuer : {RECEIVED}")
    assert f"{WHOLE} pièces sont maintenant « {RECEIVED} »." in long_list.text
    long_list.follow("Retour à la liste")
    assert len(long_list.rows()) == PAGE
    long_list.follow("Page suivante")
    assert len(long_list.rows()) == 5 - PAGE


def test_what_got_no_answer_is_gone_on_with_once(
    long_list: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ServiceClient.call
    calls: list[int] = []

    def losing_an_answer(client: ServiceClient, request: Request[Any], token: str) -> Any:
        answer = call(client, request, token)
        if request.operation is control_many and isinstance(request.body, dict):
            calls.append(len(request.body["controls"]))
            if len(calls) == 2:
                raise Unavailable("Le service des justificatifs ne répond pas.")
        return answer

    monkeypatch.setattr(ServiceClient, "call", losing_an_answer)
    long_list.press(COMPLIANT)
    long_list.shows(
        f"{PAGE} pièces sont maintenant « Conforme ».", f"{WHOLE - PAGE} pièces à décider encore"
    )
    assert "Le service des justificatifs ne répond pas." in long_list.text
    assert calls == [PAGE] * 2, "what fails is not asked again and again"
    long_list.types_itself.clear()
    long_list.press("Continuer : Conforme")
    assert f"{WHOLE - PAGE} pièces sont maintenant « Conforme »." in long_list.text
    assert "sans décision" not in long_list.text


def test_more_than_a_page_asks_for_a_code_whatever_the_form_says(long_list: Browser) -> None:
    values = long_list.page.xpath("//input[@name='selection']/@value")
    for selected, status in ((values, 422), (values[: PAGE + 1], 422), (values[:PAGE], 200)):
        select(long_list, "received", *selected)
        assert long_list.answer.status_code == status, len(selected)


def test_selecting_nothing_or_nonsense_is_told_and_what_was_typed_stays_with_a_mistake(
    gestionnaire: Browser, candidate: Browser
) -> None:
    values = boxes(gestionnaire, candidate)
    select(gestionnaire, "compliant")
    assert "Aucune pièce n'était sélectionnée." in gestionnaire.text
    for nonsense in (["x"], [f"{number} b c" for number in range(LARGEST_SELECTION + 1)]):
        posted = [("selection", value) for value in nonsense]
        assert (
            gestionnaire.post(
                "/gestion/pieces/decisions", [("decision", "compliant"), *posted]
            ).status_code
            == 422
        )
    form = [("comment", "Illisible."), ("received_on", "hier"), ("decision", "received")]
    gestionnaire.post(
        "/gestion/pieces/decisions", [*form, *(("selection", value) for value in values)]
    )
    assert (gestionnaire.answer.status_code, gestionnaire.value("received_on")) == (422, "hier")
    assert DAY_EXPECTED in gestionnaire.text
    assert "Illisible." in gestionnaire.answer.text
    gestionnaire.press(f"Continuer : {RECEIVED}", received_on="05/10/2021")
    assert f"2 pièces sont maintenant « {RECEIVED} »." in gestionnaire.text
