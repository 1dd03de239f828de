"""« Identification »: what the account says, the address, the telephones."""

from dataclasses import replace

import pytest

from services.contracts.registration_rules import ANSWER_LENGTH
from services.registrations.domain import registration_form
from tests.registrations.domain.example_dossier import DOSSIER, PIERRE, as_saved, with_answers, with_tab_answers
from tests.registrations.domain.tab_reading import CANDIDATURE, EMPTY, IDENTIFICATION, field, fields, found, pointers


def test_identification_greys_the_accounts_data_and_what_is_posted_for_them_changes_nothing() -> None:
    assert " / ".join(field.label for field in fields(EMPTY, IDENTIFICATION) if field.disabled) == (
        "Civilité / Nom de famille / Nom d'usage / Prénoms / Pays de naissance / Date de naissance / "
        "Département, DOM ou COM de naissance / Commune de naissance / Adresse mail"
    )
    assert field(EMPTY, IDENTIFICATION, "departement_naissance").value == "010 - AUBE"
    assert field(EMPTY, IDENTIFICATION, "pays").value == "100", "France, beforehand"
    madame = replace(DOSSIER, identity=replace(PIERRE, civilite="MADAME"))
    shown = [field(dossier, IDENTIFICATION, "nationalite").options[0].label for dossier in (DOSSIER, madame)]
    assert shown == ["Français", "Française"]
    forged = with_answers("identification", nom_famille="AUTRE")
    assert field(forged, IDENTIFICATION, "nom_famille").value == "DUBOIS"


def test_born_abroad_has_no_departement() -> None:
    roman = replace(PIERRE, pays_naissance="127", departement_naissance=None, commune_naissance="ROMA")
    abroad = replace(DOSSIER, identity=roman)
    assert "departement_naissance" not in [field.name for field in fields(abroad, IDENTIFICATION)]
    assert as_saved(abroad).confirmation.birthplace == "ROMA - ITALIE"


def test_a_postal_code_proposes_communes() -> None:
    assert [option.label for option in field(DOSSIER, IDENTIFICATION, "localite").options] == ["BESANCON"]
    assert found(EMPTY, IDENTIFICATION, "localite", "25000") == ["BESANCON"]
    assert found(EMPTY, IDENTIFICATION, "localite", "besanç")[0] == "BESANCON", "of the académie, while none is known"
    assert found(EMPTY, IDENTIFICATION, "localite") == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *[("code_postal", code) for code in ("2500", "25000A", "٢٥٠٠٠")],
        *[("telephone_mobile", number) for number in ("0623", "06234567890", "abc", "+33 1")],
    ],
)
def test_french_postal_codes_and_telephones_have_the_guides_formats(name: str, typed: str) -> None:
    assert pointers(with_tab_answers("identification", {name: typed}), IDENTIFICATION) == [name]


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
def test_an_address_of_another_academie_is_told_and_never_refused(typed: dict[str, str], told: str | None) -> None:
    dossier = with_tab_answers("identification", typed)
    for number in (IDENTIFICATION, CANDIDATURE, 9):
        notices = [text for text in registration_form.tab_view(dossier, number).notices if "Votre adresse" in text]
        assert [told in text for text in notices if told] == ([True] if told else [])
        assert bool(notices) is bool(told)
    assert pointers(dossier, IDENTIFICATION) == ([] if typed["localite"] else ["localite"]), "never refused"


def test_a_mobile_is_no_line_of_a_house() -> None:
    landline = with_answers("identification", telephone_mobile="0123456789")
    [wrong] = registration_form.tab_errors(landline, IDENTIFICATION)
    assert wrong.detail.startswith("Téléphone portable : saisissez un numéro de portable")
    assert pointers(with_answers("identification", telephone_fixe="0123456789"), IDENTIFICATION) == []


def test_what_is_missing_is_told_all_at_once_a_text_without_end_too_and_whatever_is_wrong_kept_as_typed() -> None:
    assert pointers(EMPTY, IDENTIFICATION) == ["nationalite", "pays", "adresse", "code_postal", "localite", "csp"]
    long = with_answers("identification", adresse="a" * (ANSWER_LENGTH + 1))
    assert pointers(long, IDENTIFICATION) == ["adresse"]
    assert field(long, IDENTIFICATION, "adresse").value == "a" * (ANSWER_LENGTH + 1)
    assert field(with_answers("identification", code_postal=" 25 "), IDENTIFICATION, "code_postal").value == " 25 "


@pytest.mark.parametrize("name", ["adresse", "complement_2", "localite"])
def test_what_documents_cannot_print_is_refused_by_name_and_kept_as_typed(name: str) -> None:
    chinese = with_answers("identification", DOSSIER, **{name: "北京 rue"})
    (error,) = registration_form.tab_errors(chinese, IDENTIFICATION)
    assert error.pointer.endswith(f"/{name}")
    assert ": les caractères « 北 », « 京 » ne peuvent pas être imprimés" in error.detail
    assert field(chinese, IDENTIFICATION, name).value == "北京 rue"
