"""K2 to K5, K9, K10 and K14 over small changes of the guide's dossier."""

from dataclasses import replace

from services.contracts.registrations import WARNINGS
from services.registrations.domain import registration_form, rules
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Epreuve, Item, RuleUse
from tests.registrations.domain.example_dossier import (
    BTS,
    DOSSIER,
    SESSION,
    as_saved,
    details,
    with_answers,
    with_tab_answers,
)
from tests.registrations.domain.example_specialites import BANQUE
from tests.registrations.domain.tab_reading import shown_epreuves

PROGRESSIVE = with_answers("qualification", forme="progressive")


def reasons(name: str, dossier: Dossier, **parameters: object) -> list[str]:
    return details(rules.apply(RuleUse(name, parameters), dossier))


def in_session(year: int) -> Dossier:
    return replace(DOSSIER, session=replace(SESSION, year=year, name=str(year)))


def test_k2_a_specialite_has_a_first_and_a_last_session() -> None:
    assert [reasons("specialite_open", in_session(year)) for year in (2016, 2025)] == [[], []]
    [before], [after] = (reasons("specialite_open", in_session(year)) for year in (2015, 2026))
    assert "à partir de la session 2016" in before
    assert "depuis la session 2025" in after
    later = replace(BANQUE, versions=(replace(BANQUE.versions[0], first=2023),))
    [without_version] = reasons("specialite_open", replace(DOSSIER, exam=replace(BTS, specialites=(later,))))
    assert without_version.endswith("n'est pas organisée à la session 2022.")


def test_k3_a_category_keeps_its_form_unless_a_derogation_gives_the_wished_one() -> None:
    [reason] = reasons("forme_allowed", with_answers("candidature", PROGRESSIVE, categorie="520"))
    assert "Globale" in reason
    wished = with_answers("qualification", derogation="oui", forme_souhaitee="progressive")
    assert reasons("forme_allowed", with_answers("candidature", wished, categorie="520")) == []


def test_k4_globale_does_not_leave_a_mandatory_unit_out_and_progressive_may() -> None:
    left_out = with_answers("epreuves", position__E3="non_inscrit", position__E5="non_inscrit")
    errors = reasons("globale_complete", left_out)
    assert [reason.split(" : ")[0] for reason in errors] == ["E3", "E5"]
    assert reasons("globale_complete", with_answers("epreuves", PROGRESSIVE, position__E3="non_inscrit")) == []


def test_k5_progressive_sits_at_least_one_unit() -> None:
    none = {f"position__{code}": "non_inscrit" for code in ("E1", "E2", "E3", "E5")}
    none |= {"position__E4-A": "non_inscrit", "position__E4-B": "non_inscrit", "position__C-ANGL": "non_inscrit"}
    assert len(reasons("progressive_at_least", with_answers("epreuves", PROGRESSIVE, **none), minimum=1)) == 1
    single_unit = with_answers("epreuves", PROGRESSIVE, **{**none, "position__E1": "inscrit"})
    assert reasons("progressive_at_least", single_unit, minimum=1) == []
    [reason] = reasons("progressive_at_least", single_unit, minimum=2)
    assert reason == "Choisissez au moins 2 épreuves obligatoires à la position « Inscrit »."
    globale = with_answers("epreuves", DOSSIER, **none)
    assert reasons("progressive_at_least", globale, minimum=9) == [], "globale sits them all"


def test_k9_counts_engagement_apart_from_the_referentiel() -> None:
    all_three = with_answers("epreuves", position__EF2="inscrit")
    assert reasons("facultatives_at_most", all_three, max=3, max_referentiel=2, besides="engagement") == []
    of_all, of_referentiel = reasons("facultatives_at_most", all_three, max=2, max_referentiel=1, besides="engagement")
    assert of_all == "Épreuves facultatives : 2 au plus, vous en avez choisi 3."
    assert of_referentiel.endswith("hors engagement étudiant : 1 au plus, vous en avez choisi 2.")
    for year, refused in ((2024, 0), (2025, 2)):
        three = with_answers("epreuves", in_session(year), position__EF2="inscrit")
        assert len(registration_form.tab_errors(three, 7)) == refused, year


def with_epreuves(*changed: Epreuve, answers: dict[str, str]) -> Dossier:
    """The dossier with some épreuves of its spécialité written anew."""
    by_code = {epreuve.code: epreuve for epreuve in changed}
    [version] = BANQUE.versions
    version = replace(version, epreuves=tuple(by_code.get(epreuve.code, epreuve) for epreuve in version.epreuves))
    lists = {**BTS.lists, "anglais_seul": (Item("anglais", "Anglais"),)}
    exam = replace(BTS, specialites=(replace(BANQUE, versions=(version,)),), lists=lists)
    return with_tab_answers("epreuves", answers, replace(DOSSIER, exam=exam))


ENGLISH = Epreuve("E2", "Langue vivante : Anglais", "obligatoire", "U2", options="anglais_seul")
SECOND = Epreuve("EF1", "Langue vivante 2", "facultative", "UF1", options="langues")


def test_k10_holds_between_any_two_languages_whatever_the_catalogue_says() -> None:
    forgotten = with_epreuves(ENGLISH, SECOND, answers={"option-E2": "", "option-EF1": "anglais"})
    [reason] = reasons("options_differ", forgotten)
    assert reason == "EF1 : l'option doit différer de celle de E2."
    offered = shown_epreuves(forgotten)["EF1"].option
    assert offered
    assert "anglais" not in [option.value for option in offered.options]
    assert reasons("options_differ", with_answers("epreuves", option__EF1="anglais")) == [reason]
    assert reasons("options_differ", with_answers("epreuves", option__EF1="anglais", position__EF1="non_inscrit")) == []
    assert shown_epreuves(forgotten)["E2"].title == "E2 : Langue vivante : Anglais : Inscrit", "named once"


def test_k10_leaves_a_way_out_to_the_language_that_can_be_chosen() -> None:
    chosen_first = replace(SECOND, code="E2", kind="obligatoire")
    fixed = replace(ENGLISH, code="EF1", kind="facultative")
    errors = registration_form.tab_errors(with_epreuves(chosen_first, fixed, answers={"option-EF1": ""}), 7)
    assert [error.pointer for error in errors] == ["#/option-E2"]
    twice = with_epreuves(ENGLISH, replace(ENGLISH, code="EF1"), answers={"option-E2": "", "option-EF1": ""})
    assert reasons("options_differ", twice) == []


def test_k14_is_shown_going_forward_and_listed_before_the_save_and_with_it() -> None:
    individuel = with_answers("candidature", categorie="510", etablissement="INDIVIDUELS 025")
    dossier = with_answers("diploma", individuel, diplome="cap")
    experience, diploma = (registration_form.tab_view(dossier, number).notices[0] for number in (3, 6))
    assert experience in registration_form.tab_view(dossier, 4).notices
    assert diploma in registration_form.tab_view(dossier, 7).notices
    assert {experience, diploma} <= set(registration_form.tab_view(dossier, 9).notices)
    section = next(section for section in as_saved(dossier).recap if section.title == WARNINGS)
    assert [(line.label, line.value) for line in section.lines] == [
        ("Informations candidature", experience),
        ("Diplôme possédé", diploma),
    ]
    assert section in registration_form.recap(dossier).sections


def test_k14_tells_the_years_of_experience_and_that_a_diploma_opens_nothing_by_right_without_blocking() -> None:
    for year, years in ((2022, "3 ans "), (2023, "1 an ")):
        [reason] = reasons("experience_expected", with_answers("candidature", in_session(year), categorie="510"))
        assert years in reason
    [attestation] = registration_form.tab_view(with_answers("candidature", categorie="320"), 4).notices
    assert "attestation de formation" in attestation
    assert registration_form.tab_view(with_answers("candidature", categorie="520"), 4).notices == ()
    cap = with_answers("diploma", diplome="cap")
    assert registration_form.tab_errors(cap, 6) == ()
    assert "CERTIFICAT D'APTITUDE" in registration_form.tab_view(cap, 6).notices[0]


def test_a_use_of_a_rule_is_checked_against_its_parameters() -> None:
    assert list(rules.problems(RuleUse("benefice", {"years": 5}))) == []
    assert list(rules.problems(RuleUse("benefice", {}))) == ["paramètre « years » manquant pour benefice"]
    assert "nombre entier" in next(rules.problems(RuleUse("benefice", {"years": "5"})))
    assert "paramètre inconnu" in next(rules.problems(RuleUse("benefice", {"month": 5})))
