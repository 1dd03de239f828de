"""« Formulaire de création »: how it is shown, what it accepts, which addresses, and every mistake
told at once."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.accounts.domain import account_form, account_input, civil_status
from services.accounts.domain.account_input import NewAccount, read_correction, read_new
from services.accounts.domain.civil_status import (
    NAME_LENGTH,
    OLDEST,
    PLACE_LENGTH,
    YOUNGEST,
    Birthplace,
)
from services.accounts.domain.emails import ADDRESS_LENGTH, is_valid, key_of
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import GUIDE, RECOMMENDED, Profile
from services.chassis.errors import Invalid
from tests.accounts.creation_form import EMAIL, PASSWORD, creation_form


def shown(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of « Formulaire de création » by their names."""
    return {
        field["name"]: field
        for field in account_form.creation(values, GUIDE)["sections"][0]["fields"]
    }


def test_all_but_the_nom_d_usage_and_the_box_is_required_and_france_chosen_beforehand() -> None:
    fields = shown({})
    assert [name for name, field in fields.items() if not field["required"]] == [
        "nom_usage",
        "commune_hors_liste",
    ]
    asked_again = [name for name, field in fields.items() if field.get("refresh")]
    assert asked_again == ["pays_naissance", "departement_naissance", "commune_hors_liste"]
    assert fields["pays_naissance"]["value"] == "100"
    assert fields["pays_naissance"]["options"][0]["label"] == "FRANCE (DONT OUTRE-MER)"
    assert {"value": "014", "label": "014 - CALVADOS"} in fields["departement_naissance"]["options"]


def test_what_was_typed_is_kept_as_typed_passwords_aside() -> None:
    fields = shown(creation_form(prenoms=" Laurent  1"))
    kept = {name: fields[name]["value"] for name in ("prenoms", "commune_naissance", "password")}
    assert kept == {"prenoms": " Laurent  1", "commune_naissance": "CAEN", "password": ""}
    assert fields["password_confirmation"]["value"] == ""
    for typed, display in (
        ("cae", "cae"),
        ("", "CAEN"),
    ):  # the words typed in the search, else the commune chosen
        values = creation_form(**{"commune_naissance-texte": typed})
        assert shown(values)["commune_naissance"]["display"] == display


def test_a_frozen_account_shows_its_civil_status_greyed_and_says_why() -> None:
    form = account_form.change(creation_form(), GUIDE, frozen_notice=account_form.FROZEN_NOTICE)
    identity, contact = form["sections"]
    assert all(field["disabled"] and not field["refresh"] for field in identity["fields"])
    assert "service gestionnaire" in (identity["notice"] or "")
    assert not any(field.get("disabled") for field in contact["fields"])
    required = [field["name"] for field in contact["fields"] if field["required"]]
    assert required == ["email", "email_confirmation"]


def test_staff_who_correct_type_nothing_twice() -> None:
    names = [
        field["name"] for field in account_form.correction(creation_form())["sections"][0]["fields"]
    ]
    assert "nom_famille" in names
    assert not any(name.endswith("_confirmation") for name in names)


def abroad(town: str) -> dict[str, str]:
    return {"pays_naissance": "109", "ville_naissance": town}


CALVADOS = {"pays_naissance": "100", "departement_naissance": "014"}
UNLISTED = {"commune_hors_liste": "oui", "commune_naissance_libre": "Saint-Martin-d’Étréham"}


@pytest.mark.parametrize(
    ("typed", "place", "wrong"),
    [
        ({**CALVADOS, "commune_naissance-texte": "caen"}, Birthplace("100", "014", "CAEN"), []),
        (
            {**CALVADOS, **UNLISTED},
            Birthplace("100", "014", "SAINT-MARTIN-D'ETREHAM", hors_liste=True),
            [],
        ),
        (
            {**CALVADOS, "pays_naissance": "109", "ville_naissance": "München"},
            Birthplace("109", None, "MUNCHEN"),
            [],
        ),
        (abroad("x" * PLACE_LENGTH), Birthplace("109", None, "X" * PLACE_LENGTH), []),
        ({**CALVADOS, "commune_naissance": "TROYES"}, None, ["commune_naissance"]),
        (CALVADOS, None, ["commune_naissance"]),
        ({"pays_naissance": "100"}, None, ["departement_naissance", "commune_naissance"]),
        ({"pays_naissance": "100", "commune_naissance": "CAEN"}, None, ["departement_naissance"]),
        *(
            ({"pays_naissance": country}, None, ["pays_naissance"])
            for country in ("", "000", "FRANCE")
        ),
        *(
            (abroad(town), None, ["ville_naissance"])
            for town in ("", "<script>", "12", "x" * (PLACE_LENGTH + 1))
        ),
    ],
)
def test_a_birthplace_is_read_or_what_is_wrong_with_it_named(
    typed: dict[str, str], place: Birthplace | None, wrong: list[str]
) -> None:
    reader = FormReader(typed)
    assert civil_status.read_birthplace(reader) == place
    assert [error.pointer.removeprefix("#/") for error in reader.error().errors] == wrong


def test_the_form_asks_what_the_country_makes_needed() -> None:
    assert "commune_naissance" in shown({})
    assert "commune_naissance_libre" in shown({"commune_hors_liste": "oui"})
    fields = shown({"pays_naissance": "109"})
    assert ("ville_naissance" in fields, "departement_naissance" in fields) == (True, False)


def test_a_box_is_ticked_by_what_browsers_and_tools_send_for_it() -> None:
    ticked: list[Any] = ["oui", True, ["oui"]]
    unticked: list[Any] = ["non", "", None, False, [], ["non", "oui"]]
    for value in (*ticked, *unticked):
        assert FormReader({"box": value}).is_ticked("box") is (value in ticked), value


def test_the_search_finds_communes_of_the_departement_alone() -> None:
    assert account_form.communes_for("014", "cae").options[0] == {"value": "CAEN", "label": "CAEN"}
    assert account_form.communes_for("014", "troyes").options == ()
    assert "département" in (account_form.communes_for("", "cae").advice or "")


TODAY = date(2021, 10, 4)


def read(**changes: Any) -> NewAccount:
    return read_new(creation_form(**changes), today=TODAY, profile=GUIDE)


def refused(reading: Callable[..., object], *given: Any, **more: Any) -> dict[str, str]:
    """What is said of each field."""
    with pytest.raises(Invalid) as refusal:
        reading(*given, **more)
    return {error.pointer.removeprefix("#/"): error.detail for error in refusal.value.errors}


mistakes = partial(refused, read)


def test_the_guides_example_is_an_account() -> None:
    account = read()
    assert (account.email, account.password) == (EMAIL, PASSWORD)
    status = account.civil_status
    assert (status.nom_famille, status.date_naissance) == ("BINET", date(2001, 2, 1))
    assert status.naissance == Birthplace("100", "014", "CAEN")


def test_an_empty_form_says_everything_that_is_missing_at_once() -> None:
    assert refused(read_new, {}, today=TODAY, profile=GUIDE).keys() == {
        "civilite",
        "nom_famille",
        "nom_famille_confirmation",
        "prenoms",
        "date_naissance",
        "date_naissance_confirmation",
        "pays_naissance",
        "email",
        "email_confirmation",
        "password",
        "password_confirmation",
    }


def test_one_mistake_alone_refuses_the_form() -> None:
    alone = {
        "civilite": "",
        "nom_famille_confirmation": "BINNET",
        "nom_usage": "1",
        "prenoms": "",
        "date_naissance_confirmation": "02/02/2001",
        "commune_naissance": "TROYES",
        "email_confirmation": "l@x.fr",
        "password_confirmation": "Autre/2021",
    }
    for field, typed in alone.items():
        (detail,) = mistakes(**{field: typed}).values()
        assert ("diffère" in detail) is field.endswith("_confirmation")
        assert set(mistakes(**{field: typed})) == {field}
    for field, typed in {
        "nom_famille": "1",
        "date_naissance": "05/10/2021",
        "email": "x",
        "password": "court",
    }.items():
        assert set(mistakes(**{field: typed})) == {field}
    for civilite in ("monsieur", "DOCTEUR"):
        assert set(mistakes(civilite=civilite)) == {"civilite"}


def test_a_name_is_confirmed_whatever_its_case_accents_and_hyphens_an_address_its_case() -> None:
    name = {"nom_famille": "Le Gall-Éon", "nom_famille_confirmation": "LE GALL EON"}
    account = read(**name, email="LBinet@Ac-Rennes.fr", email_confirmation=EMAIL)
    assert (account.civil_status.nom_famille, account.email) == (
        "Le Gall-Éon",
        "LBinet@Ac-Rennes.fr",
    )


def test_prenoms_may_be_parted_by_commas_as_on_identity_cards() -> None:
    assert read(prenoms="Jean-Marc, Paul ,Léo,").civil_status.prenoms == "Jean-Marc Paul Léo"
    assert set(mistakes(prenoms=" , ")) == {"prenoms"}


def test_a_date_that_is_none_does_not_hide_that_its_confirmation_differs() -> None:
    errors = mistakes(date_naissance="31/02/2001", date_naissance_confirmation="01/02/2001")
    assert "date qui existe" in errors["date_naissance"]
    assert "diffère" in errors["date_naissance_confirmation"]
    assert set(mistakes(date_naissance="", date_naissance_confirmation="01/02/2001")) == {
        "date_naissance"
    }


def test_names_of_every_alphabet_are_kept_and_what_is_no_name_is_refused() -> None:
    for name in ("Đặng", "Œuvrard", "d’Artagnan", "Жуковский", "Le-Gall", "x" * NAME_LENGTH):
        assert read(nom_famille=name).civil_status.nom_famille == name.replace("’", "'")
    for name in ("<b>x</b>", "N0M", "a@b", "--", "x" * (NAME_LENGTH + 1)):
        assert "nom_famille" in mistakes(nom_famille=name), name


def test_a_date_is_understood_however_typed_and_must_exist_and_be_plausible_for_a_birth() -> None:
    for typed in ("01/02/2001", "1/2/2001", "01-02-2001", "01.02.2001", "01022001", "2001-02-01"):
        assert civil_status.parsed_date(typed) == date(2001, 2, 1), typed
    for typed in ("31/02/2001", "2001", "01/02/01", "hier", "٠١/٠٢/٢٠٠١", "01/13/2001"):
        assert "jj/mm/aaaa" in mistakes(date_naissance=typed)["date_naissance"], typed
    for typed in (
        "05/10/2021",
        f"05/10/{TODAY.year - YOUNGEST}",
        f"04/10/{TODAY.year - OLDEST - 1}",
    ):
        assert "plausible" in mistakes(date_naissance=typed)["date_naissance"]
    for typed in (f"04/10/{TODAY.year - YOUNGEST}", f"05/10/{TODAY.year - OLDEST - 1}"):
        assert read(date_naissance=typed)


def changes(account: NewAccount, **typed: str) -> account_input.Changes:
    values = account_input.typed_values(account.civil_status, account.email) | typed
    known: dict[str, Any] = {
        "current": account.civil_status,
        "current_email": account.email,
        "frozen": False,
    }
    return account_input.read_changes(values, today=TODAY, profile=GUIDE, **known)


def test_a_form_sent_as_it_was_shown_changes_nothing() -> None:
    merged = {"commune_hors_liste": "oui", "commune_naissance_libre": "ETREHAM"}
    for typed in ({}, abroad("MUNCHEN"), merged, {"nom_usage": "Dupont"}):
        unchanged = changes(read(**typed))
        assert (unchanged.civil_status, unchanged.email, unchanged.password) == (
            None,
            None,
            None,
        ), typed


def test_a_changed_form_tells_only_what_changed() -> None:
    account = read()
    new = {
        "password": "Merisier/2021",
        "password_confirmation": "Merisier/2021",
        "current_password": PASSWORD,
    }
    only_password = changes(account, **new)
    assert (only_password.civil_status, only_password.email, only_password.password) == (
        None,
        None,
        "Merisier/2021",
    )
    only_email = changes(
        account, email="l@x.fr", email_confirmation="l@x.fr", current_password=PASSWORD
    )
    assert (only_email.civil_status, only_email.email, only_email.password) == (
        None,
        "l@x.fr",
        None,
    )
    renamed = replace(account.civil_status, prenoms="Laurent Marie")
    assert changes(account, prenoms="Laurent Marie").civil_status == renamed


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"email": "l@x.fr", "email_confirmation": "l@x.fr"}, {"current_password"}),
        (
            {"password_confirmation": PASSWORD},
            {"password", "password_confirmation", "current_password"},
        ),
        (
            {"prenoms": "", "email": "x", "password": "court"},
            {
                "prenoms",
                "email",
                "email_confirmation",
                "password",
                "password_confirmation",
                "current_password",
            },
        ),
    ],
)
def test_every_mistake_of_a_change_is_told_at_once(typed: dict[str, str], fields: set[str]) -> None:
    assert refused(changes, read(), **typed).keys() == fields


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nom_famille", {"nom_famille": "王"}),
        ("nom_usage", {"nom_usage": "محمد"}),
        ("prenoms", {"prenoms": "明 Laurent"}),
        ("ville_naissance", {"pays_naissance": "216", "ville_naissance": "北京"}),
    ],
)
def test_what_documents_cannot_print_is_refused_with_what_to_do(
    field: str, typed: dict[str, str]
) -> None:
    errors = mistakes(**typed)
    assert list(errors) == [field]
    assert "lettres latines" in errors[field]


def test_a_name_stored_before_that_rule_stays_and_a_new_one_is_refused() -> None:
    account = read()
    old = replace(account.civil_status, nom_famille="王", prenoms="محمد")
    account = replace(account, civil_status=old)
    assert changes(account).civil_status is None
    assert changes(account, nom_usage="Binet").civil_status == replace(old, nom_usage="Binet")
    assert list(refused(changes, account, prenoms="明")) == ["prenoms"]


def test_staff_correct_an_account_that_has_such_a_name_in_a_form_without_confirmations() -> None:
    old = replace(read().civil_status, prenoms="محمد")
    values = creation_form(prenoms="محمد", date_naissance="02/02/2001")
    assert read_correction(values, today=TODAY, current=old).prenoms == "محمد"
    for typed, wrong in (
        ({"prenoms": "明"}, ["prenoms"]),
        ({"nom_famille": "", "date_naissance": "31/02/2001"}, ["nom_famille", "date_naissance"]),
    ):
        assert (
            list(refused(read_correction, creation_form(**typed), today=TODAY, current=old))
            == wrong
        )
    unconfirmed = creation_form(nom_famille_confirmation="", date_naissance_confirmation="")
    assert read_correction(unconfirmed, today=TODAY).nom_famille == creation_form()["nom_famille"]


LABEL = "b" * 63
LONGEST_ADDRESS = f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * (ADDRESS_LENGTH - 197)}.fr"


def test_addresses_that_receive_mail_are_accepted() -> None:
    for address in (
        EMAIL,
        "a.b+c@x.example",
        "o'brien@x.ie",
        "jean@école.fr",
        "a@b-c.co.uk",
        "A@B.FR",
        "x" * 64 + "@b.fr",
        LONGEST_ADDRESS,
    ):
        assert is_valid(address), address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.fr",
        "a@b",
        "a@b..fr",
        ".a@b.fr",
        "a.@b.fr",
        "a b@c.fr",
        "a@b.fr\nBcc: x@y.fr",
        "a@-b.fr",
        "a@b.1",
        "é@b.fr",
        "a,b@c.fr",
        "a@b.fr, c@d.fr",
        "<a@b.fr>",
        "x" * 65 + "@b.fr",
        "a@[1.2.3.4]",
        "a" + LONGEST_ADDRESS,
        "a@localhost",
        "Jean <a@b.fr>",
        '"a b"@c.fr',
        "a@b.fr\r\nBcc: x@y.fr",
        "a\0@b.fr",
        "a@b.fr;c@d.fr",
        "mailto:a@b.fr",
        "a@b@c.fr",
        "a@b.fr.",
        "a\u202e@b.fr",
        "=?utf-8?q?a?= <a@b.fr>",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not is_valid(address)


def test_case_and_the_form_of_the_domain_do_not_count() -> None:
    assert key_of("LBinet@AC-Rennes.FR") == key_of("lbinet@ac-rennes.fr")
    assert key_of("jean@École.fr") == key_of("jean@xn--cole-9oa.fr")


NAMES = [
    *creation_form(),
    "commune_hors_liste",
    "commune_naissance_libre",
    "ville_naissance",
    "commune_naissance-texte",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=40),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def outcome(values: dict[str, Any], profile: Profile) -> NewAccount | Invalid:
    try:
        return read_new(values, today=TODAY, profile=profile)
    except Invalid as refusal:
        return refusal


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING), st.sampled_from([GUIDE, RECOMMENDED]))
def test_any_value_anywhere_is_accepted_or_refused_by_field(
    changes: dict[str, Any], profile: Profile
) -> None:
    values = creation_form() | changes
    read = outcome(values, profile)
    if isinstance(read, Invalid):
        assert read.errors
        assert all(error.pointer.startswith("#/") and error.detail for error in read.errors)
    else:
        assert read.civil_status.nom_famille
    assert account_form.creation(values, profile)["sections"]


def test_a_hundred_thousand_characters_are_refused_at_once() -> None:
    """A reading whose time grew with the square of the length would take minutes."""
    for text in ("1" * 100_000 + "a", "a@" + "é" * 100_000, "a." * 50_000):
        values = dict.fromkeys(NAMES, text) | {
            "pays_naissance": "100",
            "departement_naissance": "014",
        }
        started = time.process_time()
        assert isinstance(outcome(values, RECOMMENDED), Invalid)
        assert time.process_time() - started < 3
