"""A gestionnaire controls pieces one after the other; the candidate sees the decision."""

from __future__ import annotations

import pytest

from gateway.layout.frame import GESTION_PAGES
from gateway.posted_forms import DAY_EXPECTED
from gateway.web.gestion import controle
from services.chassis.errors import Unavailable
from services.contracts import page_labels
from services.pieces.domain.control import ACTED_UPON, WHY_NOT
from services.pieces.models import Piece, db
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import (
    COMPLIANT,
    NON_COMPLIANT,
    RECEIVED,
    StaffFactory,
    deposit,
    depositor,
    open_first,
    rows,
    statuses,
)
from tests.gateway.tabs import NUMBER
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


def test_one_decision_alone_is_offered_to_take_back_that_on_the_piece_that_is_looked_at(
    desk: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    first = desk.answer.request.full_path
    desk.press(COMPLIANT)
    desk.press(RECEIVED)
    desk.get(first)
    assert [form.get("action") for form in desk.page.xpath(OFFERED)] == [f"{desk.path}/annulation"]


def test_a_decision_is_taken_back_from_the_next_piece_and_from_the_list(
    desk: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
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
    desk.get(second)
    last, own = map(text_of, desk.page.xpath(OFFERED))
    assert ("« Conforme »" in last, "« Reçue »" in own) == (True, True)
    desk.press(TAKE_BACK)
    assert desk.path == first
    assert f"Votre décision sur {code} de BINET" in desk.text
    assert not desk.page.xpath(OFFERED), "pressed again it takes back no older one"
    assert statuses(candidate) == [RECEIVED, RECEIVED]


def test_a_decision_that_the_candidate_acted_on_stays(desk: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    refused = desk.path
    desk.press(NON_COMPLIANT, comment="Illisible.")
    deposit(candidate, f"{candidate.path}/depot/{refused.rpartition('/')[2]}")
    desk.press(TAKE_BACK)
    assert desk.answer.status_code == 409
    assert ACTED_UPON in desk.text
    desk.get(refused)
    assert not desk.page.xpath(f"//button[.='{TAKE_BACK}']")
    desk.press(COMPLIANT)  # the list is as it was for the other tests


def test_the_piece_just_decided_is_the_one_before_though_it_left_the_list(desk: ScriptlessBrowser) -> None:
    first = desk.path
    assert "1 à suivre" in desk.text
    assert not desk.page.xpath("//a[@rel='prev']")
    desk.press(COMPLIANT)
    assert "1 dans l'heure, aucune à suivre" in desk.text
    second = desk.path
    desk.follow("Pièce précédente")
    assert desk.path == first
    assert "1 à suivre" in desk.text
    desk.follow("Pièce suivante")
    assert desk.path == second


def test_a_decision_is_stored_though_the_next_piece_cannot_be_had(
    desk: ScriptlessBrowser, candidate: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(controle, "first_piece", unavailable)
        desk.press(COMPLIANT)
    assert desk.title == GESTION_PAGES["pieces"].label
    assert "Votre décision est enregistrée." in desk.text
    assert COMPLIANT in statuses(candidate)


def unavailable(*_: object) -> None:
    raise Unavailable()


def test_of_two_gestionnaires_the_second_is_told_what_the_first_decided(
    staff: StaffFactory, desk: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    other = staff.logged_in("03")
    open_first(other, candidate)
    desk.press(COMPLIANT)
    other.press(NON_COMPLIANT, comment="Il manque une page.")
    assert other.answer.status_code == 412
    assert "Statut actuel : Conforme" in other.text
    assert "Conforme, par Anne DUVAL" in other.text
    assert "Il manque une page." in other.answer.text, "what was typed stays"


def test_a_reason_of_the_catalogue_is_read_by_the_candidate_before_the_comment(
    desk: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    refused, reason = desk.path, "Le document n'est pas signé."
    desk.press(NON_COMPLIANT, resubmit_until="20/11/2099")
    assert (desk.answer.status_code, desk.value("resubmit_until")) == (422, "20/11/2099")
    assert WHY_NOT in text_of(desk.page.xpath("//*[@name='comment']/ancestor::*[contains(@class, 'group')][1]")[0])
    assert reason in desk.text
    desk.press(NON_COMPLIANT, reason=reason, resubmit_until="31/02/2099")
    assert (desk.answer.status_code, desk.value("resubmit_until")) == (422, "31/02/2099")
    assert DAY_EXPECTED in desk.text, "as its own field asks for it"
    typed = {"reason": reason, "comment": "Signez la dernière page.", "resubmit_until": "20/10/2020"}
    desk.press(NON_COMPLIANT, **typed)
    assert desk.answer.status_code == 422
    assert "La date limite de nouveau dépôt est déjà passée." in desk.text
    for name in ("reason", "resubmit_until"):
        assert desk.value(name) == typed[name], "what was chosen and typed stays"
    desk.press(NON_COMPLIANT, resubmit_until="")
    candidate.get(candidate.path)
    assert f"{reason} Signez la dernière page." in candidate.text
    desk.get(f"{refused}?statut=toutes")
    assert "1 décision auparavant" in desk.text


def test_the_reasons_that_its_exam_has_for_a_piece_are_offered_with_those_for_any(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    candidature = candidate.path.rpartition("/")[2]
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}&code=NATIDE06&statut=toutes")
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a/@href")[0])
    assert "Le document est périmé." in gestionnaire.text
    assert "Le document n'est pas lisible." in gestionnaire.text


def test_a_piece_is_refused_by_its_comment_while_registrations_is_away(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    with service_stopped(running.registrations):
        open_first(gestionnaire, candidate)
        gestionnaire.press(NON_COMPLIANT, comment="Illisible.")
        assert gestionnaire.answer.status_code == 200


def test_who_else_has_the_file_open_is_shown(
    staff: StaffFactory,
    desk: ScriptlessBrowser,
    running: InProcessFourServices,
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


def test_a_piece_that_is_no_longer_asked_for_says_so(desk: ScriptlessBrowser, running: InProcessFourServices) -> None:
    assert "n'est plus demandée" not in desk.text
    with running.pieces.app.app_context(), db.operation() as session:
        session.get_one(Piece, desk.path.rpartition("/")[2]).asked = False
    desk.get(desk.path)
    assert "Cette pièce n'est plus demandée" in desk.text


def test_a_piece_that_a_new_version_asks_for_again_says_so_to_both(
    gestionnaire: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidate = depositor(candidates, running, deposits=4)
    listed = candidate.path
    candidate.get("/inscriptions")
    candidate.press("Modifier")
    candidate.get(f"{candidate.path.rpartition('/')[0]}/{NUMBER}")
    candidate.press(page_labels.SAVE)
    running.deliver_events()
    gestionnaire.get(f"/gestion/pieces?statut=toutes&candidature={listed.rpartition('/')[2]}")
    assert ["CINSIG03" in row for row in rows(gestionnaire)] == ["Redemandée" in row for row in rows(gestionnaire)]
    gestionnaire.get(gestionnaire.page.xpath("//a[contains(., 'CINSIG03')]/@href")[0])
    assert "à nouveau pour la version 2. Le fichier ci-dessous est celui de la version 1." in gestionnaire.text
    candidate.get(listed)
    assert candidate.text.count("Version 1") == 1
    assert "à nouveau pour la version 2." in candidate.text
