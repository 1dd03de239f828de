"""« Modifier mes informations » and « Supprimer », with registrations answering, refusing, or down;
a new address that waits for its confirmation: the old one can cancel it, and no new password leaves
it alive."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
from werkzeug.test import TestResponse

from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.domain.throttling import EMAIL_CHANGES, PER_SOURCE
from services.accounts.models import Account, EmailChange, KnownBrowser, LoginSession, db, events
from services.accounts.operations import identity_changes, mail_links, passwords
from services.chassis.errors import Conflict
from tests.accounts import running_accounts
from tests.accounts.creation_form import EMAIL, NEW_EMAIL, PASSWORD, creation_form
from tests.accounts.running_accounts import Login, RunningAccounts, problem_slug, refused_fields
from tests.support.processes import wait_until

NEW_PASSWORD = "Bonsoir/2021"
TYPED_TWICE = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
ASKED = "Une nouvelle adresse mail a été demandée"


def test_the_form_is_filled_in_and_nothing_is_greyed_before_the_first_candidature(
    login: Login,
) -> None:
    me = login.me()
    assert me["editable"] == "all"
    shown = {
        field["name"]: field["value"]
        for section in me["form"]["sections"]
        for field in section["fields"]
    }
    assert (shown["nom_famille"], shown["date_naissance"]) == ("BINET", "01/02/2001")
    abroad = login.call("POST", "/me/form", values={"pays_naissance": "109"}).json
    assert "ville_naissance" in {
        field["name"] for section in abroad["sections"] for field in section["fields"]
    }


def test_a_civil_status_changes_once_registrations_refuses_the_older(login: Login) -> None:
    before = login.identity()
    assert login.change(prenoms="Laurent Marie").json == {"email_change_pending": False}
    after = login.identity()
    assert (before.version, after.version, after.prenoms) == (1, 2, "Laurent Marie")
    assert login.accounts.registrations.floors == {login["subject"]: 2}


def test_of_three_saves_of_a_form_at_once_one_is_kept_and_two_are_told(login: Login) -> None:
    names = ("Laurent Marie", "Laurent Paul", "Laurent Jean")

    def save(prenoms: str) -> TestResponse:
        return login.change(prenoms=prenoms, version="1")

    with ThreadPoolExecutor(len(names)) as three:
        answers = dict(zip(names, three.map(save, names), strict=True))
    assert sorted(answer.status_code for answer in answers.values()) == [200, 412, 412]
    kept = login.identity()
    assert answers[kept.prenoms].status_code == 200
    assert save(kept.prenoms).status_code == 200, "what is there already is no other input"
    assert kept.version == login.identity().version == 2


def test_with_a_candidature_only_mail_and_password_change(
    accounts: RunningAccounts, login: Login
) -> None:
    accounts.registrations.engaged.add(login["subject"])
    me = login.me()
    assert me["editable"] == "contact_only"
    assert "service gestionnaire" in me["form"]["sections"][0]["notice"]
    refused = login.change(prenoms="Autre")
    assert (refused.status_code, problem_slug(refused)) == (409, "candidature-existante")
    assert login.ask_new_email().json == {"email_change_pending": True}


def test_with_registrations_down_mail_and_password_change_at_once_and_a_civil_status_does_not(
    login: Login,
) -> None:
    accounts = login.accounts
    accounts.registrations.down = True
    me = login.me()
    assert me["editable"] == "contact_only"
    assert "quelques minutes" in me["form"]["sections"][0]["notice"]
    merged = {"commune_hors_liste": "oui", "commune_naissance_libre": "CAEN"}
    for typed in ({"prenoms": "Autre"}, merged, {"civilite": ""}):
        assert login.change(**typed).status_code == 503, typed
    current = PASSWORD
    for password, fields in (
        ("Nouveau/2021", {}),
        ("Encore/2021", creation_form()),
    ):  # what is not greyed; all
        typed = {
            **fields,
            "email": NEW_EMAIL,
            "email_confirmation": NEW_EMAIL,
            "current_password": current,
            "password": password,
            "password_confirmation": password,
        }
        answer = login.call("PUT", "/me", values=typed)
        assert (answer.status_code, answer.json) == (200, {"email_change_pending": True})
        current = password
    assert accounts.try_log_in(EMAIL, current).status_code == 201


@pytest.mark.parametrize("dropped_by", ["the request", "the job"])
def test_a_candidature_saved_meanwhile_refuses_the_change(
    accounts: RunningAccounts, login: Login, dropped_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = identity_changes.finish_pending_change

    def after_the_job(account_id: str) -> None:
        with suppress(Conflict):
            finish(account_id)
        finish(account_id)

    if dropped_by == "the job":
        monkeypatch.setattr(identity_changes, "finish_pending_change", after_the_job)
    accounts.registrations.engaged.add(login["subject"])
    accounts.registrations.saves_meanwhile = True
    assert problem_slug(login.change(prenoms="Autre")) == "candidature-existante"
    assert (login.identity().prenoms, login.identity().version) == ("Laurent", 1)


def test_a_change_whose_answer_was_lost_is_finished_by_the_job_or_before_the_next_which_is_told(
    login: Login,
) -> None:
    accounts = login.accounts
    accounts.registrations.lose_answers = True
    answer = login.change(prenoms="Laurent Marie")
    assert answer.status_code == 503
    assert "dès que possible" in answer.json["detail"]
    assert login.identity().version == 1
    accounts.registrations.lose_answers = False
    for _ in range(2):
        accounts.run_job("finish-identity-changes")
    assert (login.identity().version, login.identity().prenoms) == (2, "Laurent Marie")
    accounts.registrations.lose_answers = True
    assert login.change(prenoms="Laurent", version="2").status_code == 503
    accounts.registrations.lose_answers = False
    assert problem_slug(login.change(prenoms="Laurent Paul", version="2")) == "modifie-entre-temps"
    assert login.identity().prenoms == "Laurent"


def test_a_new_address_takes_effect_when_its_owner_confirms_and_the_old_one_is_told(
    login: Login,
) -> None:
    accounts = login.accounts
    token = login.new_email_token()
    assert login.me()["pending_email"] == NEW_EMAIL
    assert accounts.post("/email-changes/check", token=token).json["state"] == "usable"
    assert accounts.try_log_in(NEW_EMAIL).status_code == 401
    assert accounts.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=login["session"]))
        == "session-expiree"
    )
    old = accounts.newest_mail(EMAIL, "a été modifiée")
    assert NEW_EMAIL not in old.text
    assert accounts.try_log_in(NEW_EMAIL).status_code == 201
    assert accounts.try_log_in(EMAIL).status_code == 401
    assert problem_slug(accounts.post("/email-changes", token=token)) == "lien-utilise"
    assert login.me()["pending_email"] is None


def test_an_address_taken_between_the_mail_and_its_link_stays_its_new_owners(login: Login) -> None:
    token = login.new_email_token()
    login.accounts.activate_new_account(email=NEW_EMAIL)
    assert problem_slug(login.accounts.post("/email-changes", token=token)) == "adresse-prise"


def test_an_account_without_candidature_is_deleted_whole(
    accounts: RunningAccounts, login: Login
) -> None:
    login.ask_new_email()
    assert login.delete_account().status_code == 204
    assert (
        accounts.stored(
            Account, LoginSession, KnownBrowser, EmailChange, events.Outbox, events.Task
        )
        == []
    )
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=login["session"]))
        == "session-expiree"
    )
    assert login.call("GET", "/me").status_code == 404


def test_a_form_whose_mail_is_refused_changes_no_civil_status(login: Login) -> None:
    for _ in range(EMAIL_CHANGES.max_count):
        assert login.ask_new_email().status_code == 200
    refused = login.change(prenoms="Autre", email=NEW_EMAIL, current_password=PASSWORD)
    assert refused.status_code == 429
    assert (login.identity().prenoms, login.identity().version) == ("Laurent", 1)
    assert login.accounts.registrations.floors == {}


def test_a_form_whose_password_was_reset_meanwhile_changes_no_civil_status(login: Login) -> None:
    login.accounts.registrations.before_floor = partial(reset_password, login)
    refused = login.change(prenoms="Autre", email=NEW_EMAIL, current_password=PASSWORD)
    assert refused_fields(refused) == {"current_password"}
    assert (login.identity().prenoms, login.me()["pending_email"]) == ("Laurent", None)


def test_a_form_that_registrations_refuses_changes_no_password(
    accounts: RunningAccounts, login: Login
) -> None:
    accounts.registrations.engaged.add(login["subject"])
    accounts.registrations.saves_meanwhile = True
    refused = login.change(prenoms="Autre", **TYPED_TWICE, current_password=PASSWORD)
    assert problem_slug(refused) == "candidature-existante"
    assert accounts.try_log_in(password=NEW_PASSWORD).status_code == 401
    assert accounts.try_log_in().status_code == 201


def test_a_form_whose_answer_was_lost_is_applied_whole_by_the_job(login: Login) -> None:
    accounts = login.accounts
    accounts.registrations.lose_answers = True
    typed = {"email": NEW_EMAIL, "current_password": PASSWORD, **TYPED_TWICE}
    assert login.change(prenoms="Autre", **typed).status_code == 503
    assert accounts.try_log_in().status_code == 201
    accounts.registrations.lose_answers = False
    accounts.run_job("finish-identity-changes")
    assert (login.identity().prenoms, login.me()["pending_email"]) == ("Autre", NEW_EMAIL)
    assert accounts.try_log_in(password=NEW_PASSWORD).status_code == 201
    assert accounts.newest_token(NEW_EMAIL, "Confirmer")


def test_a_wrong_password_is_told_with_the_other_mistakes_of_the_form(login: Login) -> None:
    refused = login.change(prenoms="", email="l@", current_password="Faux/2021")
    assert refused_fields(refused) == {"prenoms", "email", "current_password"}


def test_changes_of_address_send_no_mails_without_end(login: Login) -> None:
    statuses = [login.ask_new_email().status_code for _ in range(EMAIL_CHANGES.max_count + 1)]
    assert statuses == [200] * EMAIL_CHANGES.max_count + [429]


def test_a_new_password_asks_for_the_current_one_and_ends_every_session_and_the_link_of_a_reset(
    login: Login,
) -> None:
    accounts = login.accounts
    for typed in ("", "Faux/2021"):
        refused = login.change(password=NEW_PASSWORD, current_password=typed)
        assert refused_fields(refused) == {"current_password"}
    assert accounts.try_log_in().status_code == 201
    accounts.post("/password-resets", email=EMAIL)
    link = accounts.newest_token(EMAIL, "Réinitialiser")
    assert login.change(password=NEW_PASSWORD, current_password=PASSWORD).status_code == 200
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=login["session"]))
        == "session-expiree"
    )
    assert accounts.try_log_in(password=NEW_PASSWORD).status_code == 201
    assert accounts.post("/password-resets/check", token=link).json["state"] == "ended"


def test_a_password_typed_again_is_proved_for_one_act_and_not_guessed(login: Login) -> None:
    def prove(typed: str) -> TestResponse:
        return login.call("POST", "/me/password-proof", current_password=typed, digest="ab" * 32)

    claims = running_accounts.claims_of(prove(PASSWORD).json["proof"])
    assert (claims["password_given_for"], claims["aud"]) == ("ab" * 32, "registrations")
    assert (claims["exp"] - claims["iat"], "identity" in claims) == (60, False)
    tries = [prove("Faux/2021") for _ in range(PER_SOURCE.undelayed)]
    assert [answer.status_code for answer in tries] == [422] * PER_SOURCE.undelayed
    assert refused_fields(tries[0]) == {"current_password"}
    deletion = login.call("POST", "/me/deletion", current_password="Faux/2021")
    assert (prove("Faux/2021").status_code, deletion.status_code) == (429, 429), (
        "whatever it is asked for"
    )


def change_password(login: Login) -> TestResponse:
    return login.change(**TYPED_TWICE, current_password=PASSWORD)


def reset_password(login: Login) -> TestResponse:
    login.accounts.post("/password-resets", email=EMAIL)
    token = login.accounts.newest_token(EMAIL, "Réinitialiser")
    return login.accounts.post("/password-resets/complete", token=token, **TYPED_TWICE)


def ask_another(login: Login) -> TestResponse:
    return login.ask_new_email("l@x.fr")


def cancel(login: Login) -> TestResponse:
    return login.accounts.post(
        "/email-changes/cancellations", token=login.accounts.newest_token(EMAIL, ASKED)
    )


def confirm(login: Login) -> TestResponse:
    return login.accounts.post(
        "/email-changes", token=login.accounts.newest_token(NEW_EMAIL, "Confirmer")
    )


def test_the_old_address_is_told_at_the_request_and_can_cancel_it(
    accounts: RunningAccounts, login: Login
) -> None:
    login.ask_new_email()
    mail = accounts.newest_mail(EMAIL, ASKED)
    token = running_accounts.token_in(mail)
    for part in (mail.text, mail.html.replace("&#39;", "'")):
        assert "demandé le 04/10/2021 à 14:08 (heure de Paris)" in part
        assert f"{running_accounts.PUBLIC_URL}/compte/annulation/{token}" in part
        assert "Réinitialisez ensuite votre mot de passe" in part
        assert NEW_EMAIL not in part
    for _ in range(2):
        assert (
            accounts.post("/email-changes/cancellations/check", token=token).json["state"]
            == "usable"
        )
    assert accounts.post("/email-changes/cancellations", token=token).status_code == 204


@pytest.mark.parametrize(
    ("end", "status", "said", "left"),
    [
        (
            change_password,
            200,
            ("lien-sans-objet", "lien-sans-objet", "elle a pris fin"),
            (EMAIL, None),
        ),
        (
            reset_password,
            204,
            ("lien-sans-objet", "lien-sans-objet", "elle a pris fin"),
            (EMAIL, None),
        ),
        (cancel, 204, ("lien-sans-objet", "lien-utilise", "déjà annulée"), (EMAIL, None)),
        (
            ask_another,
            200,
            ("lien-remplace", "lien-remplace", "remplacée par une autre"),
            (EMAIL, "l@x.fr"),
        ),
        (
            confirm,
            200,
            ("lien-utilise", "lien-sans-objet", "elle a été confirmée"),
            (NEW_EMAIL, None),
        ),
    ],
)
def test_both_links_say_how_the_request_has_ended_and_neither_brings_it_back(
    login: Login,
    end: Callable[[Login], TestResponse],
    status: int,
    said: tuple[str, str, str],
    left: tuple[str, str | None],
) -> None:
    confirming, cancelling, detail = said
    accounts = login.accounts
    to_confirm = login.new_email_token()
    to_cancel = accounts.newest_token(EMAIL, ASKED)
    assert end(login).status_code == status
    assert problem_slug(accounts.post("/email-changes", token=to_confirm)) == confirming
    cancelled = accounts.post("/email-changes/cancellations", token=to_cancel)
    assert problem_slug(cancelled) == cancelling
    assert detail in cancelled.json["detail"]
    assert (login.me()["email"], login.me()["pending_email"]) == left


def test_a_reset_during_the_request_refuses_it(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = passwords.check_current_password

    def then_a_reset(account: Account, typed: str) -> None:
        check(account, typed)
        reset_password(login)

    monkeypatch.setattr(passwords, "check_current_password", then_a_reset)
    assert refused_fields(login.ask_new_email()) == {"current_password"}
    login.accounts.send_mails()
    assert login.accounts.mailbox.find(NEW_EMAIL) == []


def test_a_request_that_ends_before_its_mails_leave_is_told_to_nobody_and_while_they_leave_dead(
    login: Login,
) -> None:
    accounts = login.accounts
    login.ask_new_email()
    change_password(login)
    accounts.send_mails()
    assert accounts.mailbox.received == []
    login = accounts.log_in(password=NEW_PASSWORD)
    assert login.change(email=NEW_EMAIL, current_password=NEW_PASSWORD).status_code == 200
    tokens = accounts.newest_token(NEW_EMAIL, "Confirmer"), accounts.newest_token(EMAIL, ASKED)
    with accounts.app.app_context(), db.operation() as transaction:
        transaction.query(EmailChange).delete()
    for path, token in zip(("/email-changes", "/email-changes/cancellations"), tokens, strict=True):
        assert problem_slug(accounts.post(path, token=token)) == "lien-sans-objet"


@pytest.mark.engines("postgresql")
def test_a_link_used_while_its_account_changes_waits_and_stops_nobody(
    accounts: RunningAccounts, login: Login
) -> None:
    token = login.new_email_token()
    answers: list[str] = []
    confirm = partial(accounts.post, "/email-changes", token=token)
    confirming = threading.Thread(target=lambda: answers.append(problem_slug(confirm())))
    with accounts.app.app_context(), db.operation() as transaction:
        transaction.get(Account, login["subject"], with_for_update=True)
        confirming.start()
        wait_until(lambda: accounts.waiting_for_locks() > 0, 60, "the link waits for its account")
        mail_links.close(transaction, login["subject"], Purpose.EMAIL_CHANGE)
    confirming.join(60)
    assert answers == ["lien-sans-objet"]


@pytest.mark.engines("postgresql")
def test_a_reset_link_made_while_the_address_changes_goes_to_the_new_address(
    accounts: RunningAccounts,
) -> None:
    login = accounts.log_in_new_candidate()
    login.ask_new_email()
    accounts.send_mails()
    accounts.mailbox.clear()
    accounts.post("/password-resets", email=EMAIL)
    mailing = threading.Thread(target=accounts.send_mails)
    with accounts.app.app_context(), db.operation() as transaction:
        account = transaction.get_one(Account, login["subject"], with_for_update=True)
        account.email = NEW_EMAIL
        account.email_key = NEW_EMAIL
        account.version = account.version + 1
        transaction.flush()
        mail_links.close(transaction, account.id, Purpose.RESET)
        mailing.start()
        wait_until(
            lambda: accounts.waiting_for_locks() > 0 or bool(accounts.mailbox.received),
            60,
            "the link waits",
        )
    mailing.join(60)
    assert [mail.recipients for mail in accounts.mailbox.received] == [[NEW_EMAIL]]
