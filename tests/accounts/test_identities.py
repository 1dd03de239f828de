"""Identities are corrected with a reason and told to other services; one version of one has one
content."""

import json
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session as DatabaseSession

from services.accounts.models import Account, db
from services.contracts.accounts import EmailChanged, Identity, IdentityCorrected
from tests.accounts.creation_form import EMAIL, NEW_EMAIL, creation_form
from tests.accounts.running_accounts import Login, RunningAccounts, problem_slug, refused_fields
from tests.accounts.staff_in_session import Session
from tests.support.service_worker import published

REASON = "Pièce d'identité reçue le 05/10/2021"
SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"


def check_told(accounts: RunningAccounts, type: str) -> None:
    """Once, as the sample shows it, but for the id, which is random."""
    [envelope] = published(accounts.app, type)
    sample = json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))
    assert envelope["data"] == {**sample, "candidate_id": envelope["data"]["candidate_id"]}


def correct(chief: Session, candidate: str, values: dict[str, Any], reason: str = REASON) -> Any:
    return chief.accounts.call(
        "POST", f"/candidates/{candidate}/identity", chief.bearer, values=values, reason=reason
    )


def test_a_new_address_is_told_as_the_sample_shows(login: Login) -> None:
    login.accounts.post("/email-changes", token=login.new_email_token())
    check_told(login.accounts, EmailChanged.TYPE)


def test_a_correction_is_told_with_its_reason_and_has_its_trace(
    accounts: RunningAccounts, chief: Session
) -> None:
    email = accounts.activate_new_account()
    accounts.registrations.down = True
    (candidate,) = chief.search(email.upper())
    values = candidate["values"] | {"nom_famille": "BINNET"}
    for _ in range(2):
        assert correct(chief, candidate["id"], values).json == {"version": 2}
    stale = correct(chief, candidate["id"], values | {"nom_famille": "BINNETTE"})
    assert problem_slug(stale) == "modifie-entre-temps", (
        "the values say which version they were read at"
    )
    check_told(accounts, IdentityCorrected.TYPE)
    [entry] = [entry for entry in accounts.audit_entries() if entry.action == "identity_corrected"]
    assert (entry.before or {})["nom_famille"] == "BINET"
    assert (entry.after or {})["nom_famille"] == "BINNET"
    assert (entry.after or {})["reason"] == REASON


def test_what_waits_for_other_accounts_holds_nobody_up(
    accounts: RunningAccounts, chief: Session
) -> None:
    emails = [f"candidat{number}@example.org" for number in range(3)]
    logins = [(email, accounts.log_in_new_candidate(email=email)) for email in emails]
    before, between, after = sorted(logins, key=lambda pair: str(pair[1]["subject"]))
    accounts.registrations.lose_answers = True
    for email, login in (before, after):
        assert login.change(email=email, prenoms="Autre").status_code == 503
    assert correct(chief, between[1]["subject"], creation_form(nom_famille="BINNET")).json == {
        "version": 2
    }


def test_a_correction_with_mistakes_or_without_reason_is_refused(
    accounts: RunningAccounts, chief: Session
) -> None:
    (candidate,) = chief.search(accounts.activate_new_account())
    assert correct(chief, candidate["id"], creation_form(), reason="").status_code == 422
    refused = correct(
        chief, candidate["id"], creation_form(nom_famille="", date_naissance="31/02/2001")
    )
    assert {"nom_famille", "date_naissance"} <= refused_fields(refused)
    assert correct(chief, "x", creation_form()).status_code == 404
    tools = chief.new_token("--scopes", "candidates:correct")["token"]
    access_token = accounts.post("/tools/exchange", token=tools).json["access_token"]
    found = accounts.call("POST", "/candidates/search", access_token, email="inconnu@x.fr").json
    assert found["candidates"] == [], "a tool may ask as well"
    path = f"/candidates/{candidate['id']}/identity"
    values = creation_form(nom_famille="BINNET")
    assert accounts.call("POST", path, access_token, values=values, reason=REASON).json == {
        "version": 2
    }


def test_accounts_are_found_by_birth_date_and_parts_of_their_names(
    accounts: RunningAccounts, chief: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = (
        ("BINET", "", "30/05/1998"),
        ("DE LÉON", "Binet-Roy", "30/05/1998"),
        ("BINET", "", "31/05/1998"),
    )
    for number, (nom, usage, born) in enumerate(people):
        email = f"homonyme{number}@example.org"
        accounts.create_account(email=email, nom_famille=nom, nom_usage=usage, date_naissance=born)

    def found(day: str, name: str = "") -> tuple[list[str], bool]:
        """The numbers of these people, and whether there are more."""
        answer = accounts.call(
            "POST", "/candidates/search", chief.bearer, birth_date=day, name=name
        )
        assert answer.status_code == 200, answer.json
        return [candidate["email"][8] for candidate in answer.json["candidates"]], answer.json[
            "has_more"
        ]

    assert found("1998-05-30") == (["0", "1"], False)
    assert found("1998-05-30", "leon") == (["1"], False)
    assert found("1998-05-30", "binet roy") == (["1"], False)
    assert found("1998-05-31", "Binet") == (["2"], False)
    assert found("1998-05-30", "martin") == ([], False)
    assert (
        len([entry for entry in accounts.audit_entries() if entry.action == "account_opened"]) == 5
    )
    nothing = accounts.call("POST", "/candidates/search", chief.bearer, name="binet")
    assert refused_fields(nothing) == {"birth_date"}
    monkeypatch.setattr("services.accounts.queries.accounts.ACCOUNTS_SHOWN", 1)
    assert (found("1998-05-30"), found("1998-05-31")) == ((["0"], True), (["2"], False))


def ask_while_away(login: Login, *, stays_away: bool = False) -> None:
    """A change of civil status that stays pending."""
    login.accounts.registrations.lose_answers = True
    assert login.change(prenoms="Laurent Marie").status_code == 503
    login.accounts.registrations.lose_answers = stays_away


def test_a_change_that_becomes_pending_just_before_the_new_address_is_in_force_has_its_own_version(
    accounts: RunningAccounts, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = login.new_email_token()
    operation = db.operation

    def becomes_pending() -> AbstractContextManager[DatabaseSession]:
        monkeypatch.setattr(db, "operation", operation)
        ask_while_away(login)
        return operation()

    monkeypatch.setattr(db, "operation", becomes_pending)
    assert accounts.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    accounts.run_job("finish-identity-changes")
    assert accounts.registrations.floors == {login["subject"]: 2}
    after = login.identity()
    assert (after.version, after.prenoms, after.email) == (3, "Laurent Marie", NEW_EMAIL)


def test_a_mailed_link_waits_for_a_pending_change_and_stays_usable(
    accounts: RunningAccounts, login: Login
) -> None:
    token = login.new_email_token()
    ask_while_away(login, stays_away=True)
    refused = accounts.post("/email-changes", token=token)
    assert (refused.status_code, problem_slug(refused)) == (503, "indisponible")
    assert "lien reste valable" in refused.json["detail"]
    assert accounts.post("/email-changes/check", token=token).json["state"] == "usable"
    assert login.identity().email == EMAIL
    accounts.registrations.lose_answers = False
    assert accounts.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    assert (login.identity().version, login.identity().prenoms) == (3, "Laurent Marie")


def test_a_correction_comes_after_a_pending_change(login: Login, chief: Session) -> None:
    ask_while_away(login)
    assert correct(chief, login["subject"], creation_form(nom_famille="BINNET")).json == {
        "version": 3
    }
    assert login.identity().nom_famille == "BINNET"
    assert login.accounts.registrations.floors == {login["subject"]: 2}


def test_a_second_change_while_the_first_waits_is_not_recorded(
    accounts: RunningAccounts, login: Login
) -> None:
    ask_while_away(login, stays_away=True)
    again = login.change(prenoms="Autre")
    assert again.status_code == 503
    assert "modification précédente" in again.json["detail"]
    accounts.registrations.lose_answers = False
    accounts.run_job("finish-identity-changes")
    assert login.identity().prenoms == "Laurent Marie"


def test_a_deletion_that_waits_leaves_no_link_to_confirm(
    accounts: RunningAccounts, login: Login
) -> None:
    token = login.new_email_token()
    accounts.registrations.lose_answers = True
    assert login.delete_account().status_code == 503
    accounts.registrations.lose_answers = False
    assert problem_slug(accounts.post("/email-changes", token=token)) == "lien-sans-objet"
    assert login.call("GET", "/me").status_code == 404


@pytest.mark.engines("sqlite", "postgresql")
def test_the_database_refuses_another_identity_under_the_same_version(
    accounts: RunningAccounts,
) -> None:
    accounts.activate_new_account()
    told = {name for name in Identity.__annotations__ if name not in ("version", "date_naissance")}
    other: dict[str, Any] = dict.fromkeys(told, "X") | {
        "date_naissance": date(1999, 1, 1),
        "commune_hors_liste": True,
    }
    with accounts.app.app_context():
        for values in (
            *({name: value} for name, value in other.items()),
            {"version": Account.version - 1},
        ):
            with (
                pytest.raises(DatabaseError, match="bears a new version"),
                db.operation() as transaction,
            ):
                transaction.execute(update(Account).values(values))
        with db.operation() as transaction:
            transaction.execute(update(Account).values(**other, version=Account.version + 1))
