"""The catalogue in the repository, held to the guide."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.chassis.clock import PARIS
from services.reference import academies
from services.registrations.catalogue import check, etablissements, load_exams
from services.registrations.domain import facts, registration_form
from services.registrations.domain.acquis import PASS_MARK
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_structure import structure_of
from services.registrations.domain.exam_definition import Exam, Opening, RuleUse, Session
from services.registrations.domain.registration_content import requested_pieces
from tests.registrations.catalogue.small_exam import NOW
from tests.registrations.domain.etablissement_directory import Directory
from tests.registrations.domain.example_dossier import DOSSIER, with_answers, with_tab_answers

ROOT = Path(__file__).parents[3] / "catalogue"
RULES_PAGE = (ROOT.parent / "docs" / "rules.md").read_text(encoding="utf-8")
NINE = (
    "Candidatures précédentes / Identification / Informations candidature / Qualification présentée / Acquis / "
    "Diplôme possédé / Epreuves / Récapitulatif / N° Inscription"
)
TWELVE = (
    "Modalités d'inscription / Candidatures précédentes / Identification / Informations candidature / "
    "Qualification présentée / Acquis / Informations supplémentaires / Titre pour inscription / Epreuves / "
    "Récapitulatif / Conditions d'inscription / N° Inscription"
)
GUIDE_PIECES = ["CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3", "BTSLIVCOMP", "BTSPRESENT-BQ"]


def exam(code: str) -> Exam:
    return next(exam for exam in load_exams(ROOT, NOW) if exam.code == code)


def session(of: Exam, name: str) -> Session:
    session = of.session(name)
    assert session is not None
    return session


def opening(of: Session, academie: str) -> Opening:
    return next(opening for opening in of.openings if opening.academie == academie)


@pytest.fixture(scope="module")
def bts() -> Exam:
    return exam("BTS")


@pytest.fixture(scope="module")
def candidate(bts: Exam) -> Dossier:
    year = session(bts, "2022")
    directory = Directory(*etablissements(ROOT))
    return replace(DOSSIER, exam=bts, session=year, opening=opening(year, "03"), directory=directory)


def asked(dossier: Dossier) -> list[str]:
    return [piece.code for piece in requested_pieces(dossier, facts.lookup(dossier))]


def test_the_repository_s_catalogue_has_no_mistake() -> None:
    assert check.mistakes(ROOT) == ()


def test_the_guide_s_nine_and_twelve_tabs_are_there_in_order(bts: Exam) -> None:
    assert " / ".join(tab.title for tab in bts.tabs) == NINE
    assert " / ".join(tab.title for tab in exam("DCG").tabs) == TWELVE


def test_the_page_of_the_rules_gives_the_numbers_of_the_catalogue(bts: Exam) -> None:
    rows_by_rule = {row.split(" | ")[0].strip("| "): row for row in RULES_PAGE.splitlines() if row.startswith("| K")}
    [benefice], [report] = (rules_named(bts, name) for name in ("benefice", "report"))
    assert f"a mark from {PASS_MARK} to 20, at most {benefice.parameters['years']} years old" in rows_by_rule["K6"]
    assert f"a mark below {PASS_MARK}, at most {report.parameters['years']} years old" in rows_by_rule["K7"]
    before, after = rules_named(bts, "facultatives_at_most")
    most, later = before.parameters, after.parameters
    assert f"{most['max']} at most, {later['max']} from session {after.first}" in rows_by_rule["K9"]
    assert f"of the référentiel, {most['max_referentiel']}, then {later['max_referentiel']}" in rows_by_rule["K9"]


def rules_named(exam: Exam, name: str) -> list[RuleUse]:
    return [use for use in exam.rules if use.name == name]


def test_a_concours_is_one_more_file() -> None:
    assert sorted(path.name for path in (ROOT / "captrans").iterdir()) == ["exam.yaml"]
    assert exam("CAPTRANS").domaine == "Concours"


def test_besancon_s_window_codes_and_contact_are_the_guide_s(bts: Exam) -> None:
    besancon = opening(session(bts, "2022"), "03")
    texts = [
        f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}"
        for instant in (besancon.opens, besancon.closes, besancon.deposit_opens, besancon.deposit_closes)
    ]
    assert texts == ["2021-10-01 12:00", "2021-10-25 12:00", "2021-10-04 00:00", "2021-11-01 00:00"]
    assert (besancon.label, besancon.code_choice, besancon.code_pdf) == ("ACADÉMIE DE BESANCON", "2022-06", "2022-08")
    assert besancon.contact.lines == ("1 chemin de l'olivier", "25000 BESANCON")
    assert besancon.contact.email == "rectBesancon@ac-besancon.fr"


def test_every_academie_is_open_in_the_guide_s_session_and_paris_answers_by_the_siec(bts: Exam) -> None:
    year = session(bts, "2022")
    assert {opening.academie for opening in year.openings} == {academie.code for academie in academies.all()}
    assert {opening(year, code).contact.title for code in ("01", "24", "25")} == {
        "Service interacadémique des examens et concours (SIEC) d'Île-de-France"
    }


def test_31310_has_the_guide_s_epreuves_in_its_order(bts: Exam) -> None:
    epreuves = structure_of(bts.specialite("31310"), 2022).epreuves
    assert [f"{epreuve.code} {epreuve.label} {epreuve.unit or ''}".strip() for epreuve in epreuves] == [
        "E1 Culture générale et expression U1",
        "E2 Langue vivante 1 U2",
        "E2-A Langue vivante 1 : Écrite",
        "E2-B Langue vivante 1 : Orale",
        "E3 Gestion de la relation client U3",
        "E4 Dévelop.suivi.activ.commercia.",
        "E4-A Étude de cas U41",
        "E4-B Analyse situation commerciale U42",
        "E5 Env.éco.jur.orga.activ.bancai. U5",
        "C-ANGL Certification en langue anglaise ANG",
        "EF1 Langue vivante 2 UF1",
        "EF2 Certification professionnelle UF2",
        "EF3 Engagement étudiant UF3",
    ]
    assert [epreuve.code for epreuve in epreuves if epreuve.hidden_on_pdf] == ["E2-A", "E2-B"]
    assert {epreuve.modes.get("R3", epreuve.modes.get("*")) for epreuve in epreuves if epreuve.code != "E4"} == {
        "ponctuel"
    }


def test_the_english_certification_ends_with_session_2022(bts: Exam) -> None:
    codes = [epreuve.code for epreuve in structure_of(bts.specialite("31310"), 2023).epreuves]
    assert "C-ANGL" not in codes


def test_the_guide_s_candidate_owes_exactly_the_six_pieces_of_the_guide(candidate: Dossier) -> None:
    assert asked(candidate) == GUIDE_PIECES


def test_the_guide_s_candidate_goes_through_every_tab_without_a_remark(candidate: Dossier) -> None:
    assert [registration_form.tab_errors(candidate, number) for number in range(1, 9)] == [()] * 8


def test_without_engagement_its_form_is_not_asked_for(candidate: Dossier) -> None:
    assert "BTSEE-EF3" not in asked(with_answers("epreuves", candidate, position__EF3="non_inscrit"))


def test_a_kept_mark_asks_for_the_releve_de_notes(candidate: Dossier) -> None:
    dossier = with_tab_answers("acquis", {"meme_bts-garder-E1": "oui", "meme_bts-note-E1": "12,5"}, candidate)
    assert "BTSRELEV1" in asked(dossier)


def test_distance_learners_owe_the_cned_s_certificate_instead(candidate: Dossier) -> None:
    pieces = asked(with_answers("candidature", candidate, categorie="410", etablissement="CNED"))
    assert "BTSCNED1" in pieces
    assert "BTSETAS4" not in pieces


def test_a_demonstration_session_is_open_with_specialites_of_its_year(bts: Exam) -> None:
    rolling = session(bts, "2027")
    assert rolling.label == "BTS 2027"
    assert "31310" not in rolling.specialites
    assert "31213" in rolling.specialites
    assert all(opening.opens <= NOW < opening.closes for opening in rolling.openings)


def test_every_specialite_has_a_domain_to_be_browsed_by(bts: Exam) -> None:
    assert [specialite.code for specialite in bts.specialites if specialite.domain is None] == []


@pytest.mark.parametrize("typed", ["banque", "compta", "gestion", "informatique", "MCO", "NDRC", "SIO", "CG"])
def test_what_people_type_for_a_specialite_is_answered_in_a_session_of_today(bts: Exam, typed: str) -> None:
    rolling = session(bts, "2027")
    dossier = replace(DOSSIER, exam=bts, session=rolling, opening=rolling.openings[0])
    tab = next(number for number, declared in enumerate(bts.tabs, start=1) if declared.kind == "qualification")
    advice = registration_form.search_advice(dossier, tab, "specialite", typed) or ""
    assert (
        registration_form.search(dossier, tab, "specialite", typed)
        or "proposée par ce portail jusqu'à la session" in advice
    )


def test_every_public_category_says_for_whom_it_is(bts: Exam) -> None:
    assert [category.code for category in bts.categories if category.public and not category.help] == []


def test_facultatives_are_three_until_2024_and_two_afterwards(bts: Exam) -> None:
    uses = [use for use in bts.rules if use.name == "facultatives_at_most"]
    assert [(use.parameters["max"], use.parameters["max_referentiel"], use.first, use.last) for use in uses] == [
        (3, 2, None, 2024),
        (2, 1, 2025, None),
    ]


def test_reims_closes_at_18_on_the_31_january_2020_for_the_twelve_tabs() -> None:
    reims = opening(session(exam("DCG"), "2020"), "19")
    assert f"{reims.closes.astimezone(PARIS):%Y-%m-%d %H:%M}" == "2020-01-31 18:00"
    assert reims.contact.lines == ("1, Rue Navier", "51082 REIMS CEDEX")


def test_the_six_types_of_documents_have_the_guide_s_labels(bts: Exam) -> None:
    assert list(bts.document_types.values()) == [
        "Confirmation d'inscription",
        "Demande de pièces justificatives",
        "Relance de pièces justificatives",
        "Notification de mesures d'aménagements",
        "Convocation(s) aux épreuves",
        "Relevé(s) de notes",
    ]


def test_the_forms_sentence_is_the_guide_s(bts: Exam) -> None:
    assert bts.texts["forms_notice"] == ("Actuellement, cette section n'est pas utilisée dans le cadre du BTS.",)
