"""Whoever chooses a spécialité that a session of the BTS offers comes to the end of the tabs."""

import pytest

from services.registrations.domain import registration_form
from tests.registrations.catalogue.bts_dossiers import BTS, OFFERED, dossier, structure
from tests.registrations.domain.example_dossier import details, with_answers

MOST_TAKEN = {
    "31213": "MCO",
    "31212": "NDRC",
    "31408": "CG",
    "32409": "SAM",
    "32613": "SIO",
    "32614": "SIO",
    "31215": "CI",
    "31312": "PI",
    "31103": "GTLA",
    "34401": "MOS",
}
offered = pytest.mark.parametrize(("session", "code"), OFFERED)


@offered
def test_every_tab_is_filled_without_a_remark(session: str, code: str) -> None:
    candidate = dossier(session, code)
    assert [registration_form.tab_errors(candidate, number) for number in range(1, 9)] == [()] * 8
    assert registration_form.all_tab_errors(candidate) == ()


@offered
def test_the_recap_lists_the_epreuves_of_the_file_in_its_order(session: str, code: str) -> None:
    shown = [(line.code, line.label) for line in registration_form.recap(dossier(session, code)).epreuves]
    assert shown == [(epreuve.code, epreuve.label) for epreuve in structure(session, code).epreuves]


@offered
def test_every_language_that_is_sat_is_named(session: str, code: str) -> None:
    languages = {epreuve.code for epreuve in structure(session, code).epreuves if epreuve.options or epreuve.options_of}
    names = [item.label for item in BTS.lists["langues"]]
    sat = [line for line in registration_form.recap(dossier(session, code)).epreuves if line.position == "inscrit"]
    unnamed = [line.code for line in sat if not line.option and not any(name in line.label for name in names)]
    assert languages.isdisjoint(unnamed)


@offered
def test_who_comes_through_the_portal_is_evaluated_ponctuellement(session: str, code: str) -> None:
    modes = {line.mode_label for line in registration_form.recap(dossier(session, code)).epreuves}
    assert modes <= {"Ponctuel", None}


@offered
def test_engagement_etudiant_is_offered_and_asks_for_its_form(session: str, code: str) -> None:
    assert "BTSEE-EF3" in [piece.code for piece in registration_form.checked_content(dossier(session, code)).pieces]


@pytest.mark.parametrize(("session", "code"), [pair for pair in OFFERED if int(pair[0]) >= 2025])
def test_since_2025_there_are_nine_epreuves_and_two_facultatives_at_most(session: str, code: str) -> None:
    ends = [epreuve for epreuve in structure(session, code).epreuves if epreuve.parent is None]
    assert len([end for end in ends if end.kind == "obligatoire"]) <= 9
    assert len([end for end in ends if end.kind == "facultative"]) <= 2


def test_the_demonstration_session_offers_the_most_taken_by_their_acronyms() -> None:
    open_now = {code for session, code in OFFERED if session == "2027"}
    assert MOST_TAKEN.keys() <= open_now
    assert {code: specialite.acronym for code in MOST_TAKEN if (specialite := BTS.specialite(code))} == MOST_TAKEN


def test_two_languages_of_one_candidate_differ() -> None:
    candidate = with_answers("epreuves", dossier("2027", "32409"), option__E2="anglais", option__E3="anglais")
    assert details(registration_form.tab_errors(candidate, 7)) == ["E3 : l'option doit différer de celle de E2."]
