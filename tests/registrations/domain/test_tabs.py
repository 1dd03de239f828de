"""What each tab of the guide's exam offers, shows and refuses; the obstacles to what it was filled
for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import NotFound
from services.contracts import page_labels
from services.contracts.registration_rules import ANSWER_LENGTH
from services.registrations.domain import registration_form
from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.obstacles import obstacles
from tests.registrations.domain import tab_reading
from tests.registrations.domain.example_dossier import (
    ANSWERS,
    BESANCON,
    BTS,
    DOSSIER,
    PIERRE,
    as_saved,
    with_answers,
)
from tests.registrations.domain.tab_reading import (
    CANDIDATURE,
    EMPTY,
    IDENTIFICATION,
    field,
    found,
    pointers,
)


def test_identification_greys_the_accounts_data_and_a_post_of_them_changes_nothing() -> None:
    assert (
        " / ".join(
            field.label for field in tab_reading.fields(EMPTY, IDENTIFICATION) if field.disabled
        )
        == "Civilité / Nom de famille / Nom d'usage / Prénoms / Pays de naissance / Date de "
        "naissance / Département, DOM ou COM de naissance / Commune de naissance / Adresse "
        "mail"
    )
    assert field(EMPTY, IDENTIFICATION, "departement_naissance").value == "010 - AUBE"
    assert field(EMPTY, IDENTIFICATION, "pays").value == "100", "France, beforehand"
    madame = replace(DOSSIER, identity=replace(PIERRE, civilite="MADAME"))
    shown = [
        field(dossier, IDENTIFICATION, "nationalite").options[0].label
        for dossier in (DOSSIER, madame)
    ]
    assert shown == ["Français", "Française"]
    forged = with_answers("identification", nom_famille="AUTRE")
    assert field(forged, IDENTIFICATION, "nom_famille").value == "DUBOIS"


def test_born_abroad_has_no_departement() -> None:
    roman = replace(
        PIERRE, pays_naissance="127", departement_naissance=None, commune_naissance="ROMA"
    )
    abroad = replace(DOSSIER, identity=roman)
    assert "departement_naissance" not in [
        field.name for field in tab_reading.fields(abroad, IDENTIFICATION)
    ]
    assert as_saved(abroad).confirmation.birthplace == "ROMA - ITALIE"


def test_a_postal_code_proposes_communes() -> None:
    assert [option.label for option in field(DOSSIER, IDENTIFICATION, "localite").options] == [
        "BESANCON"
    ]
    assert found(EMPTY, IDENTIFICATION, "localite", "25000") == ["BESANCON"]
    assert found(EMPTY, IDENTIFICATION, "localite", "besanç")[0] == "BESANCON", (
        "of the académie, while none is known"
    )
    assert found(EMPTY, IDENTIFICATION, "localite") == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *[("code_postal", code) for code in ("2500", "25000A", "٢٥٠٠٠")],
        *[("telephone_mobile", number) for number in ("0623", "06234567890", "abc", "+33 1")],
    ],
)
def test_french_postal_codes_and_telephones_have_the_guides_formats(name: str, typed: str) -> None:
    assert pointers(with_answers("identification", **{name: typed}), IDENTIFICATION) == [name]


def test_an_address_abroad_and_a_cedex_have_their_own_postal_codes() -> None:
    abroad = with_answers("identification", pays="132", code_postal="SW1A 2AA", localite="London")
    assert pointers(abroad, IDENTIFICATION) == []
    assert as_saved(abroad).confirmation.address[-1] == "ROYAUME-UNI"
    cedex = with_answers("identification", code_postal="25030", localite="BESANCON CEDEX")
    assert as_saved(cedex).confirmation.address[-1] == "25030 BESANCON CEDEX"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"code_postal": "75008", "localite": "PARIS"}, "l'ACADÉMIE DE PARIS"),
        ({"code_postal": "97133", "localite": "SAINT BARTHELEMY"}, "l'ACADÉMIE DE LA GUADELOUPE"),
        ({"code_postal": "25000", "localite": "BESANCON"}, None),
        ({"code_postal": "75908", "localite": "PARIS CEDEX 08"}, None),
        ({"code_postal": "98713", "localite": "PAPEETE"}, None),
        ({"code_postal": "75008", "localite": "London", "pays": "132"}, None),
        ({"code_postal": "01410", "localite": ""}, None),
        ({"code_postal": "01410", "localite": "Lélex"}, "l'ACADÉMIE DE LYON"),
    ],
)
def test_an_address_of_another_academie_is_told_and_never_refused(
    typed: dict[str, str], told: str | None
) -> None:
    dossier = with_answers("identification", **typed)
    for number in (IDENTIFICATION, CANDIDATURE, 9):
        notices = [
            text
            for text in registration_form.tab_view(dossier, number).notices
            if "Votre adresse" in text
        ]
        assert [told and told in text for text in notices] == ([True] if told else [])
    assert pointers(dossier, IDENTIFICATION) == ([] if typed["localite"] else ["localite"]), (
        "never refused"
    )


def test_a_mobile_is_no_line_of_a_house() -> None:
    landline = with_answers("identification", telephone_mobile="0123456789")
    [wrong] = tab_reading.refusals(landline, IDENTIFICATION)
    assert wrong.startswith("Téléphone portable : saisissez un numéro de portable")
    assert (
        pointers(with_answers("identification", telephone_fixe="0123456789"), IDENTIFICATION) == []
    )


def test_what_is_missing_is_told_all_at_once_and_whatever_is_wrong_kept_as_typed() -> None:
    assert pointers(EMPTY, IDENTIFICATION) == [
        "nationalite",
        "pays",
        "adresse",
        "code_postal",
        "localite",
        "csp",
    ]
    long = with_answers("identification", adresse="a" * (ANSWER_LENGTH + 1))
    assert pointers(long, IDENTIFICATION) == ["adresse"]
    assert field(long, IDENTIFICATION, "adresse").value == "a" * (ANSWER_LENGTH + 1)
    assert (
        field(
            with_answers("identification", code_postal=" 25 "), IDENTIFICATION, "code_postal"
        ).value
        == " 25 "
    )


@pytest.mark.parametrize("name", ["adresse", "complement_2", "localite"])
def test_what_documents_cannot_print_is_refused_by_name_and_kept_as_typed(name: str) -> None:
    chinese = with_answers("identification", DOSSIER, **{name: "北京 rue"})
    (error,) = registration_form.tab_errors(chinese, IDENTIFICATION)
    assert error.pointer.endswith(f"/{name}")
    assert ": les caractères « 北 », « 京 » ne peuvent pas être imprimés" in error.detail
    assert field(chinese, IDENTIFICATION, name).value == "北京 rue"


def test_only_public_categories_are_offered() -> None:
    offered = field(EMPTY, CANDIDATURE, "categorie").options
    assert offered[0].label == "FORMATION CONTINUE (320)"
    assert "110" not in [option.value for option in offered]
    assert "categorie" in pointers(with_answers("candidature", categorie="110"), CANDIDATURE)


def test_consents_are_never_answered_beforehand_and_must_be() -> None:
    for name in ("consent_presse", "consent_collectivites"):
        assert field(EMPTY, CANDIDATURE, name).value is None
        assert name in pointers(EMPTY, CANDIDATURE)


def test_the_doctors_advice_comes_with_a_yes() -> None:
    """In the exam's words."""
    asked = with_answers("candidature", handicap="oui")
    assert field(asked, CANDIDATURE, "handicap_conseil").label == "Contactez un médecin agréé."
    assert "handicap_conseil" not in [
        field.name for field in tab_reading.fields(DOSSIER, CANDIDATURE)
    ]
    assert as_saved(asked).confirmation.handicap


def test_establishments_are_searched_by_category_and_residence() -> None:
    for categorie, codes in {
        "320": ["0250013D", "0250099Z"],
        "410": ["CNED"],
        "510": ["INDIVIDUELS 025"],
    }.items():
        assert (
            found(with_answers("candidature", categorie=categorie), CANDIDATURE, "etablissement")
            == codes
        )


def test_an_establishment_of_another_kind_is_refused_and_a_typed_one_gives_proposals() -> None:
    [reason] = tab_reading.refusals(with_answers("candidature", etablissement="CNED"), CANDIDATURE)
    assert "ne correspond pas à la catégorie FORMATION CONTINUE (320)" in reason
    typed = with_answers("candidature", etablissement="adrien")
    assert pointers(typed, CANDIDATURE) == ["etablissement"]
    assert [option.value for option in field(typed, CANDIDATURE, "etablissement").options] == [
        "0250013D"
    ]


def test_forms_of_passage_follow_the_category_and_a_choice_says_what_each_means() -> None:
    free = field(DOSSIER, tab_reading.QUALIFICATION, "forme")
    bound = field(with_answers("candidature", categorie="520"), tab_reading.QUALIFICATION, "forme")
    offered = [[option.label for option in shown.options] for shown in (free, bound)]
    assert offered == [["Globale", "Progressive"], ["Globale"]]
    explanation = (
        "Globale : toutes les épreuves à cette session. Progressive : réparties sur plusieurs "
        "sessions."
    )
    assert (free.hint, bound.hint) == (explanation, None)
    individuel = with_answers("candidature", EMPTY, categorie="520")
    assert field(individuel, tab_reading.QUALIFICATION, "forme").value == "globale", (
        "the only one is chosen already"
    )


def test_a_derogation_opens_the_wished_form_which_is_another_one() -> None:
    asked = with_answers("qualification", derogation="oui")
    assert (
        field(asked, tab_reading.QUALIFICATION, "forme_souhaitee").hint
        == "sous réserve de l'accord du recteur"
    )
    assert pointers(asked, tab_reading.QUALIFICATION) == ["forme_souhaitee"]
    wished = with_answers("qualification", asked, forme_souhaitee="progressive")
    final = field(wished, tab_reading.QUALIFICATION, "forme_finale")
    assert (final.value, final.disabled) == (
        "Progressive (sous réserve de l'accord du recteur)",
        True,
    )
    assert as_saved(wished).confirmation.forme == final.value
    same = with_answers("qualification", derogation="oui", forme_souhaitee="globale")
    assert pointers(same, tab_reading.QUALIFICATION) == ["forme_souhaitee"]


def test_mandatory_epreuves_are_fixed_and_facultatives_chosen() -> None:
    shown = tab_reading.shown_epreuves(DOSSIER)
    assert [code for code, epreuve in shown.items() if epreuve.position] == ["EF1", "EF2", "EF3"]
    assert [code for code, epreuve in shown.items() if epreuve.option] == ["E2", "EF1"]
    assert shown["E2"].title == "E2 : Langue vivante 1 : Anglais : Inscrit"
    progressive = tab_reading.shown_epreuves(with_answers("qualification", forme="progressive"))
    free = [code for code, epreuve in progressive.items() if epreuve.position]
    assert free == ["E1", "E2", "E3", "E4-A", "E4-B", "E5", "C-ANGL", "EF1", "EF2", "EF3"]
    assert {epreuve.group for code, epreuve in shown.items() if code.startswith("EF")} == {
        "facultatives"
    }


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("option-E2", ""),
        ("option-E2", "klingon"),
        ("position-E1", "benefice"),
        ("position-EF2", "dispense"),
    ],
)
def test_a_language_or_a_position_that_cannot_be_had_is_refused(name: str, typed: str) -> None:
    assert pointers(with_answers("epreuves", **{name: typed}), tab_reading.EPREUVES) == [name]
    assert "specialite" in pointers(
        with_answers("qualification", specialite="99999"), tab_reading.QUALIFICATION
    )


def test_an_establishment_habilite_for_ccf_changes_the_modes() -> None:
    lines = registration_form.recap(with_answers("candidature", etablissement="0250099Z")).epreuves
    modes = {line.code: line.mode_label for line in lines}
    assert (modes["E3"], modes["E1"]) == ("Contrôle en cours de formation (CCF)", "Ponctuel")


def test_every_tab_is_described_empty_and_filled_with_the_text_of_its_exam_on_top() -> None:
    tabs = tuple(replace(tab, text=("Lisez ceci.",)) for tab in BTS.tabs)
    for dossier in (EMPTY, DOSSIER):
        with_texts = replace(dossier, exam=replace(BTS, tabs=tabs))
        for tab in registration_form.tab_states(dossier, 1):
            tab_reading.described(dossier, tab.number)
            assert (
                registration_form.tab_view(with_texts, tab.number).paragraphs[0] == "Lisez ceci."
            ), tab.title


def test_an_unknown_tab_is_not_found_and_a_field_without_a_search_proposes_nothing() -> None:
    for number in (0, 10, -1):
        with pytest.raises(NotFound):
            registration_form.tab_view(DOSSIER, number)
    for tab, name, typed in (
        (IDENTIFICATION, "nationalite", "fr"),
        (tab_reading.DIPLOMA, "diplome", "bac"),
    ):
        assert found(DOSSIER, tab, name, typed) == []


LAST_YEAR = PreviousCandidature(
    candidature_id="abc",
    exam_code="BTS",
    session_name="2021",
    session_year=2021,
    session_label="BTS 2021",
    academie="03",
    academie_label="ACADÉMIE DE BESANCON",
    numero_inscription="001",
    specialite_code="31310",
    specialite_label="Banque - conseiller de clientèle",
    exclusivity_key="exam=BTS|session=2021",
    active=False,
    answers=ANSWERS,
)
THIS_YEAR = replace(
    LAST_YEAR, candidature_id="def", exclusivity_key="exam=BTS|session=2022", active=True
)


def with_previous(*previous: PreviousCandidature, **answers: str) -> Dossier:
    return with_answers("previous", replace(DOSSIER, previous=previous), **answers)


TAKEN_OVER = replace(with_previous(LAST_YEAR), answers={"previous": {"reprise": "abc"}})


def test_earlier_candidatures_of_the_same_exam_are_listed() -> None:
    shown = registration_form.tab_view(with_previous(LAST_YEAR), 1)
    assert (
        "BTS 2021 - ACADÉMIE DE BESANCON - Banque - conseiller de clientèle - n° 001"
        in shown.paragraphs
    )
    assert shown.sections
    assert (
        registration_form.tab_view(with_previous(replace(LAST_YEAR, exam_code="CAP")), 1).sections
        == ()
    )
    assert pointers(with_previous(LAST_YEAR, reprise="xyz"), 1) == ["reprise"], "someone else's"


def test_what_is_taken_over_is_shown_until_the_tab_is_posted_and_counts_only_then() -> None:
    assert field(TAKEN_OVER, IDENTIFICATION, "adresse").value == "1 rue du port"
    posted = replace(TAKEN_OVER, answers={**TAKEN_OVER.answers, "identification": {"adresse": ""}})
    assert field(posted, IDENTIFICATION, "adresse").value == ""
    assert registration_form.tab_errors(TAKEN_OVER, IDENTIFICATION)
    assert field(TAKEN_OVER, CANDIDATURE, "consent_presse").value is None, "consents never are"


def test_k1_refuses_a_second_active_candidature_for_the_session_but_the_one_modified() -> None:
    [reason] = tab_reading.refusals(with_previous(THIS_YEAR), 1)
    assert "déjà une candidature pour cette session" in reason
    modified = replace(with_previous(THIS_YEAR), modifies="def")
    inactive = replace(THIS_YEAR, active=False)
    for dossier in (modified, with_previous(inactive), with_previous(LAST_YEAR)):
        assert registration_form.tab_errors(dossier, 1) == ()


def test_what_keeps_a_draft_from_being_transmitted_is_known_before_it_is_tried() -> None:
    second = timedelta(seconds=1)
    assert obstacles(DOSSIER, BESANCON.opens) == obstacles(DOSSIER, BESANCON.closes - second) == ()
    [early] = obstacles(DOSSIER, BESANCON.opens - second)
    assert (early.reason, "pas encore ouvertes" in early.detail) == ("not_yet", True)
    [late] = obstacles(DOSSIER, BESANCON.closes)
    assert (late.reason, late.candidature_id) == ("closed", None)
    since = page_labels.CLOSED_SINCE.format(end="25/10/2021 à 12:00")
    assert late.detail == f"{since} : ce brouillon ne peut plus être transmis."
    [change] = obstacles(replace(DOSSIER, modifies="def"), BESANCON.closes)
    assert "ces changements ne peuvent plus être transmis" in change.detail
    assert "Votre candidature reste telle qu'elle est enregistrée" in change.detail


def test_k1_another_candidature_stands_in_the_way_beside_the_closing() -> None:
    closed, other = obstacles(with_previous(THIS_YEAR), BESANCON.closes)
    assert (closed.reason, other.reason, other.candidature_id) == (
        "closed",
        "other_candidature",
        "def",
    )
    assert "ACADÉMIE DE BESANCON, n° 001" in other.detail
    assert other.detail.endswith("ce brouillon ne peut pas être transmis tant qu'elle existe.")
