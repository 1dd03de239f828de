"""« Modifier mes informations » and « Supprimer », with registrations answering, refusing, or down."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import jwt
import pytest
from werkzeug.test import TestResponse

from services.accounts.domain.throttling import EMAIL_CHANGES, PER_SOURCE
from services.accounts.models import Account, EmailChange, KnownBrowser, LoginSession, events
from services.accounts.operations import identity_changes
from services.chassis.errors import Conflict
from services.contracts.accounts import Identity
from tests.accounts.creation_form import EMAIL as EMAIL
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.accounts.running_accounts import Login, RunningAccounts, problem_slug, refused_fields

NEW_EMAIL = "laurent.binet@domaine.fr"
KEPT_PASSWORD = {"password": ""}


def change(accounts: RunningAccounts, login: Login, **values: Any) -> TestResponse:
    sent = creation_form(**KEPT_PASSWORD | values)
    return accounts.call("PUT", "/me", login["access_token"], values=sent)


def identity(accounts: RunningAccounts, login: Login) -> Identity:
    assertion = accounts.call("GET", "/me/identity", login["access_token"]).json["assertion"]
    return Identity(**jwt.decode(assertion, options={"verify_signature": False})["identity"])


def ask_new_email(accounts: RunningAccounts, login: Login) -> TestResponse:
    return change(accounts, login, email=NEW_EMAIL, current_password=PASSWORD)


def new_email_token(accounts: RunningAccounts, login: Login) -> str:
    """Of the link that puts the address in force."""
    assert ask_new_email(accounts, login).json == {"email_change_pending": True}
    return accounts.newest_token(NEW_EMAIL, "Confirmer")


def test_the_form_is_filled_in_and_nothing_is_greyed_before_the_first_candidature(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    me = accounts.call("GET", "/me", login["access_token"]).json
    assert me["editable"] == "all"
    shown = {field["name"]: field["value"] for section in me["form"]["sections"] for field in section["fields"]}
    assert (shown["nom_famille"], shown["date_naissance"]) == ("BINET", "01/02/2001")
    abroad = accounts.call("POST", "/me/form", login["access_token"], values={"pays_naissance": "109"}).json
    assert "ville_naissance" in {field["name"] for section in abroad["sections"] for field in section["fields"]}


def test_a_civil_status_changes_once_registrations_refuses_the_older(accounts: RunningAccounts, login: Login) -> None:
    before = identity(accounts, login)
    assert change(accounts, login, prenoms="Laurent Marie").json == {"email_change_pending": False}
    after = identity(accounts, login)
    assert (before.version, after.version) == (1, 2)
    assert accounts.registrations.floors == {login["subject"]: 2}
    assert after.prenoms == "Laurent Marie"


def test_of_three_saves_of_a_form_at_once_one_is_kept_and_two_are_told(accounts: RunningAccounts, login: Login) -> None:
    names = ("Laurent Marie", "Laurent Paul", "Laurent Jean")

    def save(prenoms: str) -> TestResponse:
        return change(accounts, login, prenoms=prenoms, version="1")

    with ThreadPoolExecutor(len(names)) as three:
        answers = dict(zip(names, three.map(save, names), strict=True))
    assert sorted(answer.status_code for answer in answers.values()) == [200, 412, 412]
    assert answers[identity(accounts, login).prenoms].status_code == 200
    assert save(identity(accounts, login).prenoms).status_code == 200, "what is there already is no other input"
    assert identity(accounts, login).version == 2


def test_with_a_candidature_only_mail_and_password_change(accounts: RunningAccounts, login: Login) -> None:
    accounts.registrations.engaged.add(login["subject"])
    me = accounts.call("GET", "/me", login["access_token"]).json
    assert me["editable"] == "contact_only"
    assert "service gestionnaire" in me["form"]["sections"][0]["notice"]
    refused = change(accounts, login, prenoms="Autre")
    assert (refused.status_code, problem_slug(refused)) == (409, "candidature-existante")
    assert ask_new_email(accounts, login).json == {"email_change_pending": True}


def test_with_registrations_down_mail_and_password_change_at_once_and_a_civil_status_does_not(
    accounts: RunningAccounts, login: Login
) -> None:
    accounts.registrations.down = True
    me = accounts.call("GET", "/me", login["access_token"]).json
    assert me["editable"] == "contact_only"
    assert "quelques minutes" in me["form"]["sections"][0]["notice"]
    merged = {"commune_hors_liste": "oui", "commune_naissance_libre": "CAEN"}
    for typed in ({"prenoms": "Autre"}, merged, {"civilite": ""}):
        assert change(accounts, login, **typed).status_code == 503, typed
    current = PASSWORD
    for password, fields in (("Nouveau/2021", {}), ("Encore/2021", creation_form())):  # what is not greyed; all
        typed = {**fields, "email": NEW_EMAIL, "email_confirmation": NEW_EMAIL, "current_password": current,
                 "password": password, "password_confirmation": password}  # fmt: skip
        answer = accounts.call("PUT", "/me", login["access_token"], values=typed)
        assert (answer.status_code, answer.json) == (200, {"email_change_pending": True})
        current = password
    assert accounts.try_log_in(EMAIL, current).status_code == 201


def test_a_candidature_saved_meanwhile_refuses_the_change(
    accounts: RunningAccounts, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts.registrations, "get", lambda candidate: {"engaged": False})
    accounts.registrations.engaged.add(login["subject"])
    assert problem_slug(change(accounts, login, prenoms="Autre")) == "candidature-existante"
    assert identity(accounts, login).prenoms == "Laurent"
    assert identity(accounts, login).version == 1


def test_a_change_that_the_job_drops_first_is_not_said_to_be_recorded(
    accounts: RunningAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    login, finish = accounts.log_in_new_candidate(), identity_changes.finish_pending_change

    def after_the_job(account_id: str) -> None:
        with suppress(Conflict):
            finish(account_id)
        finish(account_id)

    monkeypatch.setattr(identity_changes, "finish_pending_change", after_the_job)
    monkeypatch.setattr(accounts.registrations, "get", lambda candidate: {"engaged": False})
    accounts.registrations.engaged.add(login["subject"])
    assert problem_slug(change(accounts, login, prenoms="Autre")) == "candidature-existante"


def test_a_change_whose_answer_was_lost_is_finished_by_the_job_or_before_the_next_one_which_is_told(
    accounts: RunningAccounts, login: Login
) -> None:
    accounts.registrations.lose_answers = True
    answer = change(accounts, login, prenoms="Laurent Marie")
    assert answer.status_code == 503
    assert "dès que possible" in answer.json["detail"]
    assert identity(accounts, login).version == 1
    accounts.registrations.lose_answers = False
    for _ in range(2):
        accounts.run_job("finish-identity-changes")
    assert (identity(accounts, login).version, identity(accounts, login).prenoms) == (2, "Laurent Marie")
    accounts.registrations.lose_answers = True
    assert change(accounts, login, prenoms="Laurent", version="2").status_code == 503
    accounts.registrations.lose_answers = False
    assert problem_slug(change(accounts, login, prenoms="Laurent Paul", version="2")) == "modifie-entre-temps"
    assert identity(accounts, login).prenoms == "Laurent"


def test_a_new_address_takes_effect_when_its_owner_confirms_and_the_old_one_is_told(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    token = new_email_token(accounts, login)
    assert accounts.call("GET", "/me", login["access_token"]).json["pending_email"] == NEW_EMAIL
    assert accounts.post("/email-changes/check", token=token).json["state"] == "usable"
    assert accounts.try_log_in(NEW_EMAIL).status_code == 401
    assert accounts.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    old = accounts.newest_mail(EMAIL, "a été modifiée")
    assert NEW_EMAIL not in old.text
    assert accounts.try_log_in(NEW_EMAIL).status_code == 201
    assert accounts.try_log_in(EMAIL).status_code == 401
    assert problem_slug(accounts.post("/email-changes", token=token)) == "lien-utilise"
    assert accounts.call("GET", "/me", login["access_token"]).json["pending_email"] is None


def test_an_address_taken_between_the_mail_and_its_link_stays_its_new_owners(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    token = new_email_token(accounts, login)
    accounts.activate_new_account(email=NEW_EMAIL)
    assert problem_slug(accounts.post("/email-changes", token=token)) == "adresse-prise"


def test_an_account_without_candidature_is_deleted_whole(accounts: RunningAccounts, login: Login) -> None:
    ask_new_email(accounts, login)
    assert accounts.call("POST", "/me/deletion", login["access_token"], current_password=PASSWORD).status_code == 204
    assert accounts.stored(Account, LoginSession, KnownBrowser, EmailChange, events.Outbox, events.Task) == []
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    assert accounts.call("GET", "/me", login["access_token"]).status_code == 404


def test_changes_of_address_send_no_mails_without_end(accounts: RunningAccounts, login: Login) -> None:
    statuses = [ask_new_email(accounts, login).status_code for _ in range(EMAIL_CHANGES.max_count + 1)]
    assert statuses == [200] * EMAIL_CHANGES.max_count + [429]


def test_a_new_password_asks_for_the_current_one_ends_every_session_and_kills_the_link_of_a_reset(
    accounts: RunningAccounts, login: Login
) -> None:
    for typed in ("", "Faux/2021"):
        refused = change(accounts, login, password="Bonsoir/2021", current_password=typed)
        assert refused_fields(refused) == {"current_password"}
    assert accounts.try_log_in().status_code == 201
    accounts.post("/password-resets", email=EMAIL)
    link = accounts.newest_token(EMAIL, "Réinitialiser")
    new = {"password": "Bonsoir/2021", "current_password": PASSWORD}
    assert change(accounts, login, **new).status_code == 200
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    assert accounts.try_log_in(password="Bonsoir/2021").status_code == 201
    assert accounts.post("/password-resets/check", token=link).json["state"] == "ended"


def test_a_password_typed_again_is_proved_for_one_act_and_not_guessed(accounts: RunningAccounts, login: Login) -> None:
    def prove(typed: str) -> TestResponse:
        sent = {"current_password": typed, "digest": "ab" * 32}
        return accounts.call("POST", "/me/password-proof", login["access_token"], **sent)

    claims = jwt.decode(prove(PASSWORD).json["proof"], options={"verify_signature": False})
    assert (claims["password_given_for"], claims["aud"], claims["exp"] - claims["iat"]) == (
        "ab" * 32, "registrations", 60,
    )  # fmt: skip
    assert "identity" not in claims
    tries = [prove("Faux/2021") for _ in range(PER_SOURCE.undelayed)]
    assert [answer.status_code for answer in tries] == [422] * PER_SOURCE.undelayed
    assert refused_fields(tries[0]) == {"current_password"}
    deletion = accounts.call("POST", "/me/deletion", login["access_token"], current_password="Faux/2021")
    assert (prove("Faux/2021").status_code, deletion.status_code) == (429, 429), "whatever it is asked for"
