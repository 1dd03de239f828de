"""A gestionnaire controls pieces one after the other; the candidate sees the decision."""

from unittest.mock import Mock

import pytest

from gateway.layout.frame import GESTION_PAGES
from gateway.posted_forms import DAY_EXPECTED
from gateway.web.gestion import controle
from services.chassis.errors import Unavailable
from services.pieces.domain.control import WHY_NOT
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import (
    COMPLIANT,
    NON_COMPLIANT,
    RECEIVED,
    StaffFactory,
    deposit,
    open_first,
    rows,
    statuses,
)
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

TAKE_BACK = "Annuler"
OFFERED = "//form[@data-annulation]"
WAITING = "//table[contains(caption, 'Pièces à contrôler')]/tbody"


def test_what_waits_is_told_by_regroupement(gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    open_first(gestionnaire, candidate)
    gestionnaire.press(RECEIVED)
    gestionnaire.get("/gestion")
    waiting, received = (
        [int(text_of(cell).split()[0]) for cell in gestionnaire.page.xpath(f"{WAITING}/tr/td[{column}]")]
        for column in (1, 2)
    )
    assert f"{sum(waiting)} pièce{'s' * (sum(waiting) > 1)} à contrôler ; 1 reçue, à cont" in gestionnaire.text
    numbers = [number for row in zip(waiting, received, strict=True) for number in row if number]
    lists = gestionnaire.page.xpath(f"{WAITING}/tr/*[position() = 1 or position() = 3]//a/@href")
    assert sum(received) == 1
    for number, address in zip(numbers, lists, strict=True):
        gestionnaire.get(address)
        assert (gestionnaire.title, gestionnaire.value("session")) == (GESTION_PAGES["pieces"].label, "BTS 2022")
        assert len(rows(gestionnaire)) == number


def test_a_decision_leads_to_the_next_piece_and_is_seen(desk: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    first, reason = desk.path, "Le document n'est pas signé."
    desk.press(COMPLIANT, reason=reason)
    assert desk.path != first
    assert "Votre décision : « Conforme »" in desk.text
    assert "1 dans l'heure" in desk.text
    desk.press(RECEIVED)
    assert "c'était la dernière pièce de cette liste" in desk.text
    assert sorted(statuses(candidate)) == sorted([COMPLIANT, RECEIVED])
    assert reason not in candidate.text, "a reason belongs to a refusal alone"


def test_a_decision_is_taken_back_from_piece_and_list(desk: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    first = desk.path
    desk.press(COMPLIANT)
    desk.press(TAKE_BACK)
    assert desk.path == first, "to be decided anew"
    assert "est annulée" in desk.text
    assert "Conforme, par Anne DUVAL, annulée depuis" in desk.text
    assert statuses(candidate) == []
    desk.press(COMPLIANT)
    desk.press(RECEIVED)
    assert desk.title == GESTION_PAGES["pieces"].label
    desk.press(TAKE_BACK)
    assert statuses(candidate) == [COMPLIANT]


def test_the_decision_just_taken_is_the_one_taken_back_where_the_next_piece_has_an_older_one(
    desk: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    desk.press(RECEIVED)
    desk.press(RECEIVED)
    desk.get(f"/gestion/pieces?statut=received&candidature={candidate.path.rpartition('/')[2]}")
    desk.get(desk.page.xpath("//tbody//a/@href")[0])
    first, code = desk.path, desk.title.partition(" : ")[0]
    desk.press(COMPLIANT)
    second = desk.path
    assert second != first
    [offered] = map(text_of, desk.page.xpath(OFFERED))
    assert f"Votre décision : « Conforme », {code} de BINET" in offered
    desk.press(TAKE_BACK)
    assert desk.path == first
    assert f"Votre décision sur {code} de BINET" in desk.text
    assert not desk.page.xpath(OFFERED), "pressed again it takes back no older one"
    assert statuses(candidate) == [RECEIVED, RECEIVED]
    desk.get(second)
    [own] = map(text_of, desk.page.xpath(OFFERED))
    assert "« Reçue »" in own, "opened by itself, a piece offers to take back what was decided on it"


def test_a_decision_is_stored_though_the_next_piece_cannot_be_had(
    desk: ScriptlessBrowser, candidate: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(controle, "first_piece", Mock(side_effect=Unavailable))
        desk.press(COMPLIANT)
    assert "Votre décision est enregistrée." in desk.text
    assert COMPLIANT in statuses(candidate)


def test_of_two_gestionnaires_the_second_is_told_what_the_first_decided(
    staff: StaffFactory, desk: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    other = staff.logged_in("03")
    open_first(other, candidate)
    desk.press(COMPLIANT)
    assert other.press(NON_COMPLIANT, comment="Il manque une page.").status_code == 412
    assert "Statut actuel : Conforme" in other.text
    assert "Conforme, par Anne DUVAL" in other.text
    assert "Il manque une page." in other.answer.text, "what was typed stays"


def test_a_reason_of_the_catalogue_precedes_the_comment(desk: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    refused, reason = desk.path, "Le document n'est pas signé."
    desk.press(NON_COMPLIANT, resubmit_until="20/11/2099")
    assert WHY_NOT in text_of(desk.page.xpath("//*[@name='comment']/ancestor::*[contains(@class, 'group')][1]")[0])
    desk.press(NON_COMPLIANT, reason=reason, comment="Signez la dernière page.", resubmit_until="31/02/2099")
    assert (desk.answer.status_code, desk.value("resubmit_until")) == (422, "31/02/2099")
    assert DAY_EXPECTED in desk.text, "as its own field asks for it"
    assert desk.value("reason") == reason, "what was chosen stays"
    desk.press(NON_COMPLIANT, resubmit_until="")
    candidate.get(candidate.path)
    assert f"{reason} Signez la dernière page." in candidate.text
    desk.get(f"{refused}?statut=toutes")
    assert "1 décision auparavant" in desk.text


def test_who_else_has_the_file_open_is_shown(
    staff: StaffFactory, desk: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    piece = desk.path
    said = "Anne DUVAL a ouvert ce fichier"
    desk.get(f"{piece}/page/1")
    assert said not in text_of_page(desk, piece), "not of oneself"
    other = staff.logged_in("03")
    assert said in text_of_page(other, piece)
    with service_stopped(running.accounts):
        assert "Un autre gestionnaire a ouvert ce fichier" in text_of_page(other, piece), "without accounts, no name"
    desk.get(piece)
    desk.press(COMPLIANT)
    assert said not in text_of_page(other, piece), "it is decided"


def text_of_page(browser: ScriptlessBrowser, path: str) -> str:
    browser.get(path)
    return browser.text


def test_what_was_sent_again_is_told_and_comes_first(desk: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    refused = desk.path
    desk.press(NON_COMPLIANT, comment="Illisible.")
    deposit(candidate, f"{candidate.path}/depot/{refused.rpartition('/')[2]}")
    desk.get("/gestion")
    assert "dont 1 renvoyée après une décision" in desk.text
    desk.follow("Commencer le contrôle")
    sent_again = []
    while "statut=renvoyees" in desk.answer.request.full_path:
        sent_again.append(desk.path)
        desk.press(COMPLIANT)
    assert refused in sent_again
    assert desk.path.startswith("/gestion/pieces/"), "those that were never controlled follow"
    assert "statut=a-controler" in desk.answer.request.full_path
