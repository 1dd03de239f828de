"""« Modifier mes informations » and « Supprimer », with registrations answering, refusing, or down."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import jwt
import pytest
from werkzeug.test import TestResponse

from services.accounts.jobs import finish_identity_changes
from services.accounts.models import Account, EmailChange, KnownBrowser, LoginSession, db, events
from services.accounts.operations import identity_changes
from services.chassis.errors import Conflict
from services.contracts.accounts import EmailChanged, Identity
from tests.accounts.house import House, pointers, slug
from tests.accounts.people import PASSWORD, binet
from tests.accounts.registrations import FakeRegistrations

EMAIL = "lbinet@ac-rennes.fr"
NEW_EMAIL = "laurent.binet@domaine.fr"
KEPT_PASSWORD = {"password": "", "password_confirmation": ""}


def change(house: House, held: dict[str, Any], **values: Any) -> TestResponse:
    sent = binet(**KEPT_PASSWORD | values)
    return house.call("PUT", "/me", held["access_token"], values=sent)


def identity(house: House, held: dict[str, Any]) -> Identity:
    assertion = house.call("GET", "/me/identity", held["access_token"]).json["assertion"]
    return Identity(**jwt.decode(assertion, options={"verify_signature": False})["identity"])


def ask_new_email(house: House, held: dict[str, Any]) -> TestResponse:
    new = {"email": NEW_EMAIL, "email_confirmation": NEW_EMAIL, "current_password": PASSWORD}
    return change(house, held, **new)


def test_the_form_is_filled_in_and_nothing_is_greyed_before_the_first_candidature(house: House) -> None:
    held = house.logged_in()
    me = house.call("GET", "/me", held["access_token"]).json
    assert me["editable"] == "all"
    shown = {field["name"]: field for section in me["form"]["sections"] for field in section["fields"]}
    assert shown["nom_famille"]["value"] == shown["nom_famille_confirmation"]["value"] == "BINET"
    assert shown["date_naissance"]["value"] == "01/02/2001"
    assert shown["commune_naissance"]["value"] == "CAEN"
    assert not any(field.get("disabled") for field in shown.values())
    abroad = house.call("POST", "/me/form", held["access_token"], values={"pays_naissance": "109"}).json
    assert "ville_naissance" in {field["name"] for section in abroad["sections"] for field in section["fields"]}


def test_a_civil_status_changes_once_registrations_refuses_the_older_one(
    house: House, registrations: FakeRegistrations
) -> None:
    held = house.logged_in()
    before = identity(house, held)
    assert change(house, held, prenoms="Laurent Marie").json == {"email_change_pending": False}
    after = identity(house, held)
    assert (before.version, after.version) == (1, 2)
    assert registrations.floors == {held["subject"]: 2}
    assert after.prenoms == "Laurent Marie"


def test_the_same_form_sent_again_changes_nothing(house: House, registrations: FakeRegistrations) -> None:
    held = house.logged_in()
    assert change(house, held).status_code == 200
    assert registrations.floors == {}
    assert identity(house, held).version == 1


def test_every_mistake_of_a_change_is_told_at_once(house: House) -> None:
    held = house.logged_in()
    answer = change(house, held, prenoms="", email="x", password="court")
    assert answer.status_code == 422
    assert {"prenoms", "email", "password", "password_confirmation", "current_password"} <= pointers(answer)


def test_with_a_candidature_only_mail_and_password_change(house: House, registrations: FakeRegistrations) -> None:
    held = house.logged_in()
    registrations.engaged.add(held["subject"])
    me = house.call("GET", "/me", held["access_token"]).json
    assert me["editable"] == "contact_only"
    assert "service gestionnaire" in me["form"]["sections"][0]["notice"]
    refused = change(house, held, prenoms="Autre")
    assert (refused.status_code, slug(refused)) == (409, "candidature-existante")
    assert ask_new_email(house, held).json == {"email_change_pending": True}
    registrations.down = True
    assert house.call("GET", "/me", held["access_token"]).json["editable"] == "contact_only"


def test_a_candidature_is_asked_for_once_by_pages_and_remembered_by_the_first_change(
    house: House, registrations: FakeRegistrations
) -> None:
    held = house.logged_in()
    registrations.engaged.add(held["subject"])
    for down in (False, True):
        registrations.down = down
        me = house.call("GET", "/me", held["access_token"]).json
        assert "service gestionnaire" in me["form"]["sections"][0]["notice"]
    assert engaged_at(house) is None
    assert change(house, held, prenoms="Autre").status_code == 409
    assert engaged_at(house) is not None


def engaged_at(house: House) -> datetime | None:
    with house.app.app_context(), db.reading() as session:
        return session.query(Account).one().engaged_at


def test_a_candidature_saved_meanwhile_refuses_the_change(house: House, registrations: FakeRegistrations) -> None:
    held = house.logged_in()
    registrations.get = lambda candidate: (200, {"engaged": False})  # type: ignore[method-assign]
    registrations.engaged.add(held["subject"])
    try:
        assert slug(change(house, held, prenoms="Autre")) == "candidature-existante"
    finally:
        del registrations.get
    assert identity(house, held).prenoms == "Laurent"
    assert identity(house, held).version == 1


def test_a_change_that_the_job_drops_first_is_not_said_to_be_recorded(
    house: House, registrations: FakeRegistrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, finish = house.logged_in(), identity_changes.finish

    def after_the_job(account_id: str) -> None:
        with suppress(Conflict):
            finish(account_id)
        finish(account_id)

    monkeypatch.setattr(identity_changes, "finish", after_the_job)
    monkeypatch.setattr(registrations, "get", lambda candidate: (200, {"engaged": False}))
    registrations.engaged.add(held["subject"])
    assert slug(change(house, held, prenoms="Autre")) == "candidature-existante"


def test_a_change_whose_answer_was_lost_is_finished_by_the_job(house: House, registrations: FakeRegistrations) -> None:
    held = house.logged_in()
    registrations.lose_answers = True
    answer = change(house, held, prenoms="Laurent Marie")
    assert answer.status_code == 503
    assert "dès que possible" in answer.json["detail"]
    assert identity(house, held).version == 1
    registrations.lose_answers = False
    for _ in range(2):
        with house.app.app_context():
            finish_identity_changes()
    assert (identity(house, held).version, identity(house, held).prenoms) == (2, "Laurent Marie")


def test_with_registrations_down_mail_and_password_can_still_be_changed_later(
    house: House, registrations: FakeRegistrations
) -> None:
    held = house.logged_in()
    registrations.down = True
    me = house.call("GET", "/me", held["access_token"]).json
    assert me["editable"] == "contact_only"
    assert "quelques minutes" in me["form"]["sections"][0]["notice"]


@pytest.mark.parametrize("whole", [True, False], ids=["the whole form", "what is not greyed"])
def test_with_registrations_down_mail_and_password_change_at_once(
    house: House, registrations: FakeRegistrations, whole: bool
) -> None:
    held = house.logged_in()
    registrations.down = True
    new = {"email": NEW_EMAIL, "email_confirmation": NEW_EMAIL, "current_password": PASSWORD,
           "password": "Nouveau/2021", "password_confirmation": "Nouveau/2021"}  # fmt: skip
    sent = binet(**new) if whole else new
    answer = house.call("PUT", "/me", held["access_token"], values=sent)
    assert (answer.status_code, answer.json) == (200, {"email_change_pending": True})
    assert house.try_log_in(EMAIL, "Nouveau/2021").status_code == 201


@pytest.mark.parametrize(
    "typed",
    [{"prenoms": "Autre"}, {"commune_hors_liste": "oui", "commune_naissance_libre": "CAEN"}, {"civilite": ""}],
)
def test_with_registrations_down_a_civil_status_does_not_change(
    house: House, registrations: FakeRegistrations, typed: dict[str, str]
) -> None:
    held = house.logged_in()
    registrations.down = True
    assert change(house, held, **typed).status_code == 503


def test_a_new_address_takes_effect_when_its_owner_confirms_and_the_old_one_is_told(house: House) -> None:
    held = house.logged_in()
    assert ask_new_email(house, held).json == {"email_change_pending": True}
    assert house.call("GET", "/me", held["access_token"]).json["pending_email"] == NEW_EMAIL
    token = house.newest_token(NEW_EMAIL, "Confirmer")
    assert house.post("/email-changes/check", token=token).json["state"] == "usable"
    assert house.try_log_in(NEW_EMAIL).status_code == 401
    assert house.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    old = house.newest_mail(EMAIL, "a été modifiée")
    assert NEW_EMAIL not in old.text
    assert house.try_log_in(NEW_EMAIL).status_code == 201
    assert house.try_log_in(EMAIL).status_code == 401
    assert slug(house.post("/email-changes", token=token)) == "lien-utilise"
    assert house.call("GET", "/me", held["access_token"]).json["pending_email"] is None


def test_other_services_are_told_of_the_new_address(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    house.post("/email-changes", token=house.newest_token(NEW_EMAIL, "Confirmer"))
    with house.app.app_context(), db.reading() as session:
        row: Any = session.query(events.Outbox).filter_by(destination="broker").one()
        assert row.type == EmailChanged.TYPE
        assert NEW_EMAIL in row.envelope
    assert identity(house, held).version == 2
    assert identity(house, held).email == NEW_EMAIL


def test_the_address_of_another_account_is_not_given_away(house: House) -> None:
    house.activated(email=NEW_EMAIL, email_confirmation=NEW_EMAIL)
    held = house.logged_in()
    assert ask_new_email(house, held).json == {"email_change_pending": True}
    assert "Votre adresse a été demandée" in house.newest_mail(NEW_EMAIL).subject


def test_an_address_taken_between_the_mail_and_its_link_stays_its_new_owners(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    token = house.newest_token(NEW_EMAIL, "Confirmer")
    house.activated(email=NEW_EMAIL, email_confirmation=NEW_EMAIL)
    assert slug(house.post("/email-changes", token=token)) == "adresse-prise"


def test_an_account_without_candidature_is_deleted_whole(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    assert house.call("POST", "/me/deletion", held["access_token"], current_password=PASSWORD).status_code == 204
    with house.app.app_context(), db.reading() as session:
        for table in (Account, LoginSession, KnownBrowser, EmailChange, events.Outbox, events.Inbox):
            assert session.query(table).count() == 0
    assert slug(house.post("/sessions/exchange", session=held["session"])) == "session-expiree"
    assert house.call("GET", "/me", held["access_token"]).status_code == 404


def test_with_a_candidature_an_account_is_not_deleted(house: House, registrations: FakeRegistrations) -> None:
    held = house.logged_in()
    registrations.engaged.add(held["subject"])
    answer = house.call("POST", "/me/deletion", held["access_token"], current_password=PASSWORD)
    assert (answer.status_code, slug(answer)) == (409, "candidature-existante")
    assert house.try_log_in().status_code == 201


def test_of_two_addresses_asked_for_the_newest_alone_counts(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    older = house.newest_token(NEW_EMAIL, "Confirmer")
    other = {"email": "l@x.fr", "email_confirmation": "l@x.fr", "current_password": PASSWORD}
    assert change(house, held, **other).status_code == 200
    assert slug(house.post("/email-changes", token=older)) == "lien-remplace"
    assert house.post("/email-changes", token=house.newest_token("l@x.fr")).json == {"email": "l@x.fr"}


def test_changes_of_address_send_no_mails_without_end(house: House) -> None:
    held = house.logged_in()
    assert [ask_new_email(house, held).status_code for _ in range(6)] == [200] * 5 + [429]
