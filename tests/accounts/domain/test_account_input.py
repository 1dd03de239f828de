"""What « Formulaire de création » accepts, which addresses, and how it tells every mistake at once."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.accounts.domain import account_form
from services.accounts.domain.account_input import (
    Changes,
    NewAccount,
    read_changes,
    read_correction,
    read_new,
    typed_values,
)
from services.accounts.domain.civil_status import NAME_LENGTH, OLDEST, YOUNGEST, Birthplace, parsed_date
from services.accounts.domain.emails import ADDRESS_LENGTH, is_valid, key_of
from services.accounts.domain.passwords import GUIDE, RECOMMENDED, Profile
from services.chassis.errors import Invalid
from tests.accounts.creation_form import PASSWORD, creation_form

TODAY = date(2021, 10, 4)


def read(**changes: Any) -> NewAccount:
    return read_new(creation_form(**changes), today=TODAY, profile=GUIDE)


def mistakes(**changes: Any) -> dict[str, str]:
    return refused(read, **changes)


def refused(reading: Callable[..., object], *given: Any, **more: Any) -> dict[str, str]:
    """What is said of each field."""
    with pytest.raises(Invalid) as refusal:
        reading(*given, **more)
    return {error.pointer.removeprefix("#/"): error.detail for error in refusal.value.errors}


def test_the_guides_example_is_an_account() -> None:
    account = read()
    assert account.civil_status.nom_famille == "BINET"
    assert account.civil_status.date_naissance == date(2001, 2, 1)
    assert account.civil_status.naissance == Birthplace("100", "014", "CAEN")
    assert account.email == "lbinet@ac-rennes.fr"
    assert account.password == PASSWORD


def test_an_empty_form_says_everything_that_is_missing_at_once() -> None:
    assert refused(read_new, {}, today=TODAY, profile=GUIDE).keys() == {
        "civilite", "nom_famille", "nom_famille_confirmation", "prenoms", "date_naissance",
        "date_naissance_confirmation", "pays_naissance", "email", "email_confirmation", "password",
        "password_confirmation",
    }  # fmt: skip


def test_one_mistake_alone_refuses_the_form() -> None:
    alone = {
        "civilite": "", "nom_famille_confirmation": "BINNET", "nom_usage": "1", "prenoms": "",
        "date_naissance_confirmation": "02/02/2001", "commune_naissance": "TROYES", "email_confirmation": "l@x.fr",
        "password_confirmation": "Autre/2021",
    }  # fmt: skip
    for field, typed in alone.items():
        (detail,) = mistakes(**{field: typed}).values()
        assert ("diffère" in detail) is field.endswith("_confirmation")
        assert set(mistakes(**{field: typed})) == {field}
    for field, typed in {"nom_famille": "1", "date_naissance": "05/10/2021", "email": "x", "password": "court"}.items():
        assert set(mistakes(**{field: typed})) == {field}
    for civilite in ("monsieur", "DOCTEUR"):
        assert set(mistakes(civilite=civilite)) == {"civilite"}


def test_a_name_is_confirmed_whatever_its_case_accents_and_hyphens_and_an_address_whatever_its_case() -> None:
    account = read(
        nom_famille="Le Gall-Éon",
        nom_famille_confirmation="LE GALL EON",
        email="LBinet@Ac-Rennes.fr",
        email_confirmation="lbinet@ac-rennes.fr",
    )
    assert (account.civil_status.nom_famille, account.email) == ("Le Gall-Éon", "LBinet@Ac-Rennes.fr")


def test_prenoms_may_be_parted_by_commas_as_on_identity_cards() -> None:
    assert read(prenoms="Jean-Marc, Paul ,Léo,").civil_status.prenoms == "Jean-Marc Paul Léo"
    assert set(mistakes(prenoms=" , ")) == {"prenoms"}


def test_a_date_that_is_none_does_not_hide_that_its_confirmation_differs() -> None:
    errors = mistakes(date_naissance="31/02/2001", date_naissance_confirmation="01/02/2001")
    assert "date qui existe" in errors["date_naissance"]
    assert "diffère" in errors["date_naissance_confirmation"]
    assert set(mistakes(date_naissance="", date_naissance_confirmation="01/02/2001")) == {"date_naissance"}


@pytest.mark.parametrize("name", ["Đặng", "Œuvrard", "d’Artagnan", "Жуковский", "Le-Gall", "x" * NAME_LENGTH])
def test_names_of_every_alphabet_are_kept(name: str) -> None:
    nom_famille = read(nom_famille=name).civil_status.nom_famille
    assert nom_famille == name.replace("’", "'")


@pytest.mark.parametrize("name", ["<b>x</b>", "N0M", "a@b", "--", "x" * (NAME_LENGTH + 1)])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert "nom_famille" in mistakes(nom_famille=name)


@pytest.mark.parametrize("typed", ["01/02/2001", "1/2/2001", "01-02-2001", "01.02.2001", "01022001", "2001-02-01"])
def test_a_date_is_understood_however_it_is_typed(typed: str) -> None:
    assert parsed_date(typed) == date(2001, 2, 1)


@pytest.mark.parametrize("typed", ["31/02/2001", "2001", "01/02/01", "hier", "٠١/٠٢/٢٠٠١", "01/13/2001"])
def test_a_date_that_does_not_exist_is_refused(typed: str) -> None:
    assert "jj/mm/aaaa" in mistakes(date_naissance=typed)["date_naissance"]


def test_a_date_of_birth_must_be_plausible() -> None:
    for typed in ("05/10/2021", f"05/10/{TODAY.year - YOUNGEST}", f"04/10/{TODAY.year - OLDEST - 1}"):
        assert "plausible" in mistakes(date_naissance=typed)["date_naissance"]
    for typed in (f"04/10/{TODAY.year - YOUNGEST}", f"05/10/{TODAY.year - OLDEST - 1}"):
        assert read(date_naissance=typed)


def changes(account: NewAccount, **typed: str) -> Changes:
    values = typed_values(account.civil_status, account.email) | typed
    return read_changes(values, today=TODAY, profile=GUIDE, current=account.civil_status, current_email=account.email,
                        frozen=False)  # fmt: skip


def test_a_form_sent_as_it_was_shown_changes_nothing() -> None:
    abroad = {"pays_naissance": "109", "ville_naissance": "MUNCHEN"}
    merged = {"commune_hors_liste": "oui", "commune_naissance_libre": "ETREHAM"}
    for typed in ({}, abroad, merged, {"nom_usage": "Dupont"}):
        unchanged = changes(read(**typed))
        assert (unchanged.civil_status, unchanged.email, unchanged.password) == (None, None, None), typed


def test_a_changed_form_tells_only_what_changed() -> None:
    account = read()
    new = {"password": "Merisier/2021", "password_confirmation": "Merisier/2021", "current_password": PASSWORD}
    only_password = changes(account, **new)
    assert (only_password.civil_status, only_password.email, only_password.password) == (None, None, "Merisier/2021")
    only_email = changes(account, email="l@x.fr", email_confirmation="l@x.fr", current_password=PASSWORD)
    assert (only_email.civil_status, only_email.email, only_email.password) == (None, "l@x.fr", None)
    assert changes(account, prenoms="Laurent Marie").civil_status == replace(
        account.civil_status, prenoms="Laurent Marie"
    )


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"email": "l@x.fr", "email_confirmation": "l@x.fr"}, {"current_password"}),
        ({"password_confirmation": PASSWORD}, {"password", "password_confirmation", "current_password"}),
        (
            {"prenoms": "", "email": "x", "password": "court"},
            {"prenoms", "email", "email_confirmation", "password", "password_confirmation", "current_password"},
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
def test_what_documents_cannot_print_is_refused_with_what_to_do(field: str, typed: dict[str, str]) -> None:
    errors = mistakes(**typed)
    assert set(errors) == {field}
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
        assert list(refused(read_correction, creation_form(**typed), today=TODAY, current=old)) == wrong
    unconfirmed = creation_form(nom_famille_confirmation="", date_naissance_confirmation="")
    assert read_correction(unconfirmed, today=TODAY).nom_famille == creation_form()["nom_famille"]


LABEL = "b" * 63
LONGEST_ADDRESS = f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * (ADDRESS_LENGTH - 197)}.fr"


@pytest.mark.parametrize(
    "address",
    ["lbinet@ac-rennes.fr", "a.b+c@x.example", "o'brien@x.ie", "jean@école.fr", "a@b-c.co.uk", "A@B.FR",
     "x" * 64 + "@b.fr", LONGEST_ADDRESS],
)  # fmt: skip
def test_addresses_that_receive_mail_are_accepted(address: str) -> None:
    assert is_valid(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@", "@b.fr", "a@b", "a@b..fr", ".a@b.fr", "a.@b.fr", "a b@c.fr", "a@b.fr\nBcc: x@y.fr", "a@-b.fr",
        "a@b.1", "é@b.fr", "a,b@c.fr", "a@b.fr, c@d.fr", "<a@b.fr>", "x" * 65 + "@b.fr", "a@[1.2.3.4]",
        "a" + LONGEST_ADDRESS, "a@localhost", "Jean <a@b.fr>", '"a b"@c.fr', "a@b.fr\r\nBcc: x@y.fr", "a\0@b.fr",
        "a@b.fr;c@d.fr", "mailto:a@b.fr", "a@b@c.fr", "a@b.fr.", "a\u202e@b.fr", "=?utf-8?q?a?= <a@b.fr>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not is_valid(address)


def test_case_and_the_form_of_the_domain_do_not_count() -> None:
    assert key_of("LBinet@AC-Rennes.FR") == key_of("lbinet@ac-rennes.fr")
    assert key_of("jean@École.fr") == key_of("jean@xn--cole-9oa.fr")


NAMES = [
    *creation_form(), "commune_hors_liste", "commune_naissance_libre", "ville_naissance", "commune_naissance-texte",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def outcome(values: dict[str, Any], profile: Profile) -> NewAccount | Invalid:
    try:
        return read_new(values, today=date(2021, 10, 4), profile=profile)
    except Invalid as refusal:
        return refusal


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING), st.sampled_from([GUIDE, RECOMMENDED]))
def test_any_value_anywhere_is_accepted_or_refused_by_field(changes: dict[str, Any], profile: Profile) -> None:
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
        values = dict.fromkeys(NAMES, text) | {"pays_naissance": "100", "departement_naissance": "014"}
        started = time.process_time()
        assert isinstance(outcome(values, RECOMMENDED), Invalid)
        assert time.process_time() - started < 3
