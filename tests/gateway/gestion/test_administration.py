"""An administrator: the dates of an opening, what the home page says, candidates' accounts, lists
by académie."""

from datetime import UTC, date, datetime

import pytest

from gateway.posted_forms import read_day, read_end, read_instant, shown_end_instant, shown_instant
from services.clock import YEARS
from services.contracts import page_labels
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_portal import service_stopped

LISTS = ("/gestion/pieces?statut=toutes", "/gestion/relances", "/gestion/documents")
HERE = "03"
ELSEWHERE = "20"
FIRST = YEARS[0]
LAST = YEARS[-1]
NO_INSTANTS = (
    "",
    "demain",
    "31/02/2021 12:00",
    "28/03/2021 02:30",
    f"01/06/{FIRST - 1} 12:00",
    f"01/06/{LAST + 1} 12:00",
)
DAYS = (" 30 / 05 / 1998 ", "30-05-1998", "30051998", "30.05.1998")


@pytest.fixture
def dates(administrator: Browser) -> Browser:
    """An administrator at the dates of Besançon."""
    administrator.get("/gestion/ouvertures")
    administrator.follow("ACADÉMIE DE BESANCON")
    return administrator


def test_an_end_is_moved_with_a_reason_an_earlier_one_once_confirmed_and_candidates_see_it(
    dates: Browser, candidates: CandidateFactory
) -> None:
    candidates.register(candidates.create_activated_account())
    dates.get(dates.path)
    assert "candidature" in dates.text, "whom it concerns is said first"
    dates.press("Voir ce qui change", closes="24/12/2021 23:59", reason="Intempéries")
    dates.press("Changer les dates")
    assert "Les dates sont changées" in dates.text
    dates.follow("ACADÉMIE DE BESANCON")
    assert dates.value("closes") == "24/12/2021 23:59"
    assert "Intempéries" in dates.text
    dates.press("Voir ce qui change", closes="01/10/2021 12:06", reason="Essai")
    assert "La fermeture des inscriptions est avancée du" in dates.text
    dates.press("Changer les dates")
    assert "Cochez cette case pour confirmer." in dates.text
    assert dates.press("Changer les dates", confirmed="oui", code="000000").status_code == 422
    assert "Ce code n'est pas le bon" in dates.text
    assert dates.page.xpath("//input[@name='confirmed'][@checked]"), "what was confirmed stays"
    dates.press("Changer les dates")
    assert "Les dates sont changées" in dates.text
    candidate = candidates.browser()
    candidate.get("/ouverture-des-services?domaine=Examen&exam=BTS&session=2022&academie=03")
    assert "1 octobre 2021 12:06" in candidate.text


def test_the_dates_of_a_session_are_moved_at_once(administrator: Browser) -> None:
    administrator.get("/gestion/ouvertures/dates?exam=BTS&session=2022")
    administrator.press(
        "Voir ce qui change", openings="toutes", closes="demain", reason="Intempéries"
    )
    assert "Une date et une heure sont attendues" in administrator.text
    administrator.press("Voir ce qui change", closes="24/12/2035 23:59")
    administrator.shows("ACADÉMIE D'AMIENS", "→ 24/12/2035 23:59")
    shown = administrator.answer
    administrator.press("Changer les dates")
    assert "Les dates sont changées" in administrator.text
    assert administrator.text.count("au 24/12/2035 à 23:59") == administrator.text.count(
        "dates changées"
    )
    administrator.answer = shown
    assert administrator.press("Changer les dates").status_code == 412
    assert "entre-temps" in administrator.text
    assert administrator.value("closes") == "24/12/2035 23:59"


def test_a_message_is_looked_at_published_and_taken_off(
    administrator: Browser, staff: StaffFactory
) -> None:
    message = {
        "title": "Panne du 3 octobre",
        "text": "Le portail sera fermé de 6 h à 8 h.",
        "severity": "warning",
        "shown_from": "01/10/2021 00:00",
        "shown_until": "31/12/2099 23:59",
    }
    administrator.get("/gestion/messages")
    administrator.press("Publier le message", title="Panne", shown_until="jamais")
    assert (administrator.value("title"), administrator.value("shown_until")) == ("Panne", "jamais")
    administrator.press("Voir l'aperçu", **message)
    assert "les candidats liront" in administrator.text
    visitor = staff.browser()
    assert message["title"] not in visitor.get("/").text, "a look is no publication"
    administrator.press("Publier le message")
    administrator.shows("Le message est publié.", "Affiché du 01/10/2021")
    assert message["text"] in visitor.get("/").text
    assert len(visitor.page.xpath("//*[contains(@class, 'fr-alert--warning')]")) == 1
    with service_stopped(staff.portal.registrations):
        assert visitor.get("/").status_code == 200
        assert page_labels.CREATE_ACCOUNT in visitor.text
    administrator.press("Retirer ce message")
    assert "Le message est retiré." in administrator.text
    assert message["text"] not in visitor.get("/").text


def test_what_an_incident_cut_is_shown_and_extended(
    administrator: Browser, staff: StaffFactory
) -> None:
    administrator.get("/gestion/ouvertures")
    administrator.follow("Noter un incident et prolonger")
    administrator.press("Voir ce qui serait prolongé", begins="hier", periods="")
    assert "Une date et une heure sont attendues" in administrator.text
    incident = {
        "begins": "04/10/2021 08:00",
        "ends": "04/10/2021 09:30",
        "periods": "deposit",
        "title": "Dépôt prolongé",
        "text": "Le portail était indisponible le 4 octobre.",
        "reason": "Panne du réseau",
    }
    administrator.press("Voir ce qui serait prolongé", **incident)
    assert "non transmis" in administrator.text, "whom it concerns is said first"
    opening, _, _, closes = administrator.page.xpath("//input[@name='openings']/@value")[0].split()
    end = shown_end_instant(datetime.fromisoformat(closes))
    assert f"→ {end}" in administrator.text
    administrator.press("Prolonger", code="000000")
    assert "Ce code n'est pas le bon" in administrator.text
    administrator.press("Prolonger", openings="")
    assert "Choisissez une ouverture au moins." in administrator.text
    administrator.press("Corriger")
    assert administrator.value("title") == "Dépôt prolongé"
    looked_at = administrator.press("Voir ce qui serait prolongé")
    for _ in ("done", "pressed again where the first answer was lost"):
        administrator.answer = looked_at
        administrator.press("Prolonger")
        assert "Les périodes sont prolongées" in administrator.text
    administrator.follow("Les incidents déjà notés")
    assert "Incident noté, périodes prolongées" in " ".join(administrator.rows())
    assert "Le portail était indisponible le 4 octobre." in staff.browser().get("/").text
    administrator.get(f"/gestion/ouvertures/{opening}")
    assert administrator.value("deposit_closes") == end


def open_account(administrator: Browser, candidature: str) -> None:
    administrator.get(f"/gestion/candidatures/{candidature}")
    administrator.follow("Son compte et son état civil")


def test_a_civil_status_is_corrected_with_a_reason_everywhere(
    administrator: Browser, candidate: Browser
) -> None:
    open_account(administrator, candidate.shown_id)
    account = administrator.path
    administrator.press(
        "Corriger l'état civil", nom_famille="", prenoms="Paul", reason="Erreur de saisie"
    )
    assert (administrator.answer.status_code, administrator.value("prenoms")) == (422, "Paul")
    assert "Erreur de saisie" in administrator.text, "what was typed stays"
    corrected = {
        "nom_famille": "DUBOIS-MARTIN",
        "prenoms": "Laurent",
        "reason": "Carte d'identité du 4 octobre",
    }
    administrator.press("Corriger l'état civil", **corrected)
    assert administrator.path == account
    assert "L'état civil est corrigé" in administrator.text
    assert administrator.value("nom_famille") == "DUBOIS-MARTIN"
    administrator.portal.deliver_events()
    administrator.get(f"/gestion/candidatures/{candidate.shown_id}")
    administrator.shows("DUBOIS-MARTIN", "Carte d'identité du 4 octobre")
    administrator.get(f"/gestion/journal?objet={account.rpartition('/')[2]}")
    for act in ("État civil corrigé", "→ DUBOIS-MARTIN", "Compte de candidat consulté"):
        assert act in " ".join(administrator.rows())


def test_what_a_colleague_corrected_meanwhile_is_shown_and_replaced_once_chosen(
    administrator: Browser, staff: StaffFactory, candidate: Browser
) -> None:
    colleague = staff.administrateur()
    for browser in (administrator, colleague):
        open_account(browser, candidate.shown_id)
    colleague.press("Corriger l'état civil", nom_famille="DUBOIS", reason="Carte d'identité")
    refused = administrator.press(
        "Corriger l'état civil", nom_famille="DUPONT", reason="Livret de famille"
    )
    assert refused.status_code == 412
    assert ("DUBOIS" in administrator.text, administrator.value("nom_famille")) == (True, "DUPONT")
    assert "Livret de famille" in administrator.text
    administrator.press("Corriger l'état civil")
    assert "L'état civil est corrigé" in administrator.text
    assert administrator.value("nom_famille") == "DUPONT"


def test_an_account_is_found_by_address_or_birth_date(
    administrator: Browser, candidature: str
) -> None:
    open_account(administrator, candidature)
    email = administrator.page.xpath("//main//p[contains(., '@')]/text()")[0].strip()
    administrator.get("/gestion/comptes")
    administrator.press("Rechercher", email=email)
    assert len(administrator.rows()) == 1
    administrator.press("Rechercher", email="", birth_date="jamais", name="binet")
    assert (administrator.answer.status_code, administrator.value("birth_date")) == (422, "jamais")
    administrator.press("Rechercher", birth_date="01/02/2001")
    assert any(email in row and "01/02/2001" in row for row in administrator.rows()), (
        administrator.text
    )
    address = administrator.answer.request.full_path
    assert "binet" not in address
    administrator.get(address)
    assert (administrator.rows() != [], administrator.value("name")) == (True, "binet"), (
        "Back, or a reload"
    )
    administrator.press("Rechercher", birth_date="02/02/2001")
    assert "Aucun compte n'a cette date de naissance et ce nom." in administrator.text


def test_an_activation_sent_again_ends_the_first(
    administrator: Browser, candidates: CandidateFactory
) -> None:
    email = candidates.create_account()
    first = candidates.link_to(email)
    administrator.get("/gestion/comptes")
    administrator.press("Rechercher", email=email)
    administrator.get(administrator.page.xpath("//tbody//a/@href")[0])
    administrator.press("Renvoyer le lien d'activation")
    assert "Le lien d'activation est renvoyé" in administrator.text
    second = candidates.link_to(email)
    assert second != first
    assert candidates.browser().get(first).status_code == 410
    assert "Activer mon compte" in candidates.browser().get(second).text


@pytest.mark.usefixtures("candidature")
def test_an_administrator_alone_chooses_an_académie_of_each_list_and_of_the_search(
    administrator: Browser, gestionnaire: Browser
) -> None:
    for path in LISTS:
        administrator.get(path)
        everywhere = administrator.rows()
        administrator.press("Filtrer", academie=HERE)
        assert (administrator.rows(), administrator.value("academie")) == (everywhere, HERE), path
        administrator.press("Filtrer", academie=ELSEWHERE)
        assert (administrator.answer.status_code, administrator.rows()) == (200, []), path
        gestionnaire.get(path)
        assert not gestionnaire.page.xpath("//main//select[contains(@name, 'academie')]"), path
    administrator.get("/gestion/candidatures")
    administrator.press("Rechercher", recherche="binet", academie=HERE)
    assert administrator.rows()
    administrator.press("Rechercher", academie=ELSEWHERE)
    assert administrator.rows() == []
    assert (administrator.value("recherche"), administrator.value("academie")) == (
        "binet",
        ELSEWHERE,
    )


@pytest.mark.parametrize(
    ("typed", "instant", "end"),
    [
        (" 25/10/2021  12:00 ", "2021-10-25T12:00:00+02:00", "2021-10-25T12:00:00+02:00"),
        ("25/10/2021", "2021-10-25T00:00:00+02:00", "2021-10-26T00:00:00+02:00"),
        ("28/03/2021 03:30", "2021-03-28T03:30:00+02:00", "2021-03-28T03:30:00+02:00"),
        ("24/12/2021 23:59", "2021-12-24T23:59:00+01:00", "2021-12-25T00:00:00+01:00"),
        *((text, "", "") for text in NO_INSTANTS),
    ],
)
def test_an_instant_is_of_paris_and_the_last_minute_of_a_day_its_end(
    typed: str, instant: str, end: str
) -> None:
    read = read_instant(typed), read_end(typed)
    assert [at.isoformat() if at else "" for at in read] == [instant, end]


def test_an_instant_is_shown_as_it_was_typed() -> None:
    assert shown_instant(datetime(2021, 10, 25, 10, tzinfo=UTC)) == "25/10/2021 12:00"
    for typed in ("24/12/2021 23:59", "24/12/2021 23:58", "24/12/2021 22:59"):
        end = read_end(typed)
        assert end
        assert shown_end_instant(end) == typed


def test_a_day_may_hold_spaces_and_must_exist() -> None:
    assert {read_day(typed) for typed in DAYS} == {date(1998, 5, 30)}
    assert all(read_day(f"01/06/{year}") for year in (FIRST, LAST))
    assert read_day("31/02/2021") is read_day(f"01/06/{LAST + 1}") is None
