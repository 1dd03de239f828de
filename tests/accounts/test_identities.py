"""Identities are corrected with a reason and told to other services; one version of one has one content."""

import json
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from services.accounts.models import Account, db, events
from services.contracts.accounts import EmailChanged, Identity, IdentityCorrected
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.accounts.running_accounts import Login, RunningAccounts, problem_slug, refused_fields
from tests.accounts.test_account_change import EMAIL, NEW_EMAIL, ask_new_email, change, identity, new_email_token

REASON = "Pièce d'identité reçue le 05/10/2021"
SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"
CANDIDATE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one


def published(accounts: RunningAccounts, type: str) -> Any:
    """The data of the only event of that type, under the sample's id."""
    [row] = [row for row in accounts.stored(events.Outbox) if (row.destination, row.type) == ("broker", type)]
    data = json.loads(row.envelope)["data"]
    return json.loads(json.dumps(data).replace(data["candidate_id"], CANDIDATE))


def sample(type: str) -> Any:
    return json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))


def test_a_new_address_is_told_as_the_sample_shows(accounts: RunningAccounts) -> None:
    ask_new_email(accounts, accounts.log_in_new_candidate())
    accounts.post("/email-changes", token=accounts.newest_token(NEW_EMAIL, "Confirmer"))
    assert published(accounts, EmailChanged.TYPE) == sample(EmailChanged.TYPE)


def test_a_correction_is_told_with_its_reason_and_has_its_trace(accounts: RunningAccounts, administrator: str) -> None:
    email = accounts.activate_new_account()
    accounts.registrations.down = True
    (candidate,) = accounts.search_candidates(administrator, email.upper())
    path = f"/candidates/{candidate['id']}/identity"
    values = candidate["values"] | {"nom_famille": "BINNET"}
    for _ in range(2):
        answer = accounts.call("POST", path, administrator, values=values, reason=REASON)
        assert answer.json == {"version": 2}
    stale = accounts.call("POST", path, administrator, values=values | {"nom_famille": "BINNETTE"}, reason=REASON)
    assert problem_slug(stale) == "modifie-entre-temps", "the values say which version they were read at"
    assert published(accounts, IdentityCorrected.TYPE) == sample(IdentityCorrected.TYPE)
    [entry] = [entry for entry in accounts.audit_entries() if entry.action == "identity_corrected"]
    assert (entry.before or {})["nom_famille"] == "BINET"
    assert (entry.after or {})["nom_famille"] == "BINNET"
    assert (entry.after or {})["reason"] == REASON


def test_what_waits_for_other_accounts_holds_nobody_up(accounts: RunningAccounts, administrator: str) -> None:
    emails = [f"candidat{number}@example.org" for number in range(3)]
    logins = {email: accounts.log_in_new_candidate(email=email) for email in emails}
    found = [accounts.search_candidates(administrator, email)[0] for email in emails]
    before, between, after = sorted(found, key=lambda candidate: candidate["id"])
    accounts.registrations.lose_answers = True
    for email in (before["email"], after["email"]):
        assert change(accounts, logins[email], email=email, prenoms="Autre").status_code == 503
    path, values = f"/candidates/{between['id']}/identity", between["values"] | {"nom_famille": "BINNET"}
    assert accounts.call("POST", path, administrator, values=values, reason=REASON).json == {"version": 2}


def test_a_correction_with_mistakes_or_without_reason_is_refused(accounts: RunningAccounts, administrator: str) -> None:
    (candidate,) = accounts.search_candidates(administrator, accounts.activate_new_account())
    path = f"/candidates/{candidate['id']}/identity"
    assert accounts.call("POST", path, administrator, values=creation_form(), reason="").status_code == 422
    wrong = creation_form(nom_famille="", date_naissance="31/02/2001")
    refused = accounts.call("POST", path, administrator, values=wrong, reason=REASON)
    assert {"nom_famille", "date_naissance"} <= refused_fields(refused)
    nobody = accounts.call("POST", "/candidates/x/identity", administrator, values=creation_form(), reason=REASON)
    assert nobody.status_code == 404
    assert accounts.search_candidates(administrator, "inconnu@x.fr") == []


def test_accounts_are_found_by_birth_date_and_parts_of_their_names(
    accounts: RunningAccounts, administrator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = (("BINET", "", "30/05/1998"), ("DE LÉON", "Binet-Roy", "30/05/1998"), ("BINET", "", "31/05/1998"))
    for number, (nom, usage, born) in enumerate(people):
        email = f"homonyme{number}@example.org"
        accounts.create_account(email=email, nom_famille=nom, nom_usage=usage, date_naissance=born)

    def found(**sought: Any) -> list[str]:
        answer = accounts.call("POST", "/candidates/search", administrator, **sought)
        assert answer.status_code == 200, answer.json
        return [candidate["email"][8] for candidate in answer.json["candidates"]]

    assert found(birth_date="1998-05-30") == ["0", "1"]
    assert found(birth_date="1998-05-30", name="leon") == ["1"]
    assert found(birth_date="1998-05-30", name="binet roy") == ["1"]
    assert found(birth_date="1998-05-31", name="Binet") == ["2"]
    assert found(birth_date="1998-05-30", name="martin") == []
    assert len([entry for entry in accounts.audit_entries() if entry.action == "account_opened"]) == 5
    nothing = accounts.call("POST", "/candidates/search", administrator, name="binet")
    assert refused_fields(nothing) == {"birth_date"}
    monkeypatch.setattr("services.accounts.queries.accounts.ACCOUNTS_SHOWN", 1)
    assert found(birth_date="1998-05-30") == ["0"]
    for day, has_more in (("1998-05-30", True), ("1998-05-31", False)):
        answer = accounts.call("POST", "/candidates/search", administrator, birth_date=day)
        assert answer.json["has_more"] is has_more


def ask_while_away(accounts: RunningAccounts, login: Login, *, stays_away: bool = False) -> None:
    """A change of civil status that stays pending."""
    accounts.registrations.lose_answers = True
    assert change(accounts, login, prenoms="Laurent Marie").status_code == 503
    accounts.registrations.lose_answers = stays_away


def test_a_change_that_becomes_pending_just_before_the_new_address_is_in_force_has_its_own_version(
    accounts: RunningAccounts, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, operation = new_email_token(accounts, login), db.operation

    def becomes_pending() -> AbstractContextManager[Session]:
        monkeypatch.setattr(db, "operation", operation)
        ask_while_away(accounts, login)
        return operation()

    monkeypatch.setattr(db, "operation", becomes_pending)
    assert accounts.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    accounts.run_job("finish-identity-changes")
    assert accounts.registrations.floors == {login["subject"]: 2}
    after = identity(accounts, login)
    assert (after.version, after.prenoms, after.email) == (3, "Laurent Marie", NEW_EMAIL)


def test_a_mailed_link_waits_for_a_pending_change_and_stays_usable(accounts: RunningAccounts, login: Login) -> None:
    token = new_email_token(accounts, login)
    ask_while_away(accounts, login, stays_away=True)
    refused = accounts.post("/email-changes", token=token)
    assert (refused.status_code, problem_slug(refused)) == (503, "indisponible")
    assert "lien reste valable" in refused.json["detail"]
    assert accounts.post("/email-changes/check", token=token).json["state"] == "usable"
    assert identity(accounts, login).email == EMAIL
    accounts.registrations.lose_answers = False
    assert accounts.post("/email-changes", token=token).json == {"email": NEW_EMAIL}
    assert (identity(accounts, login).version, identity(accounts, login).prenoms) == (3, "Laurent Marie")


def test_a_correction_comes_after_a_pending_change(accounts: RunningAccounts, login: Login, administrator: str) -> None:
    ask_while_away(accounts, login)
    path = f"/candidates/{login['subject']}/identity"
    answer = accounts.call("POST", path, administrator, values=creation_form(nom_famille="BINNET"), reason=REASON)
    assert answer.json == {"version": 3}
    assert identity(accounts, login).nom_famille == "BINNET"
    assert accounts.registrations.floors == {login["subject"]: 2}


def test_a_second_change_while_the_first_waits_is_not_recorded(accounts: RunningAccounts, login: Login) -> None:
    ask_while_away(accounts, login, stays_away=True)
    again = change(accounts, login, prenoms="Autre")
    assert again.status_code == 503
    assert "modification précédente" in again.json["detail"]
    accounts.registrations.lose_answers = False
    accounts.run_job("finish-identity-changes")
    assert identity(accounts, login).prenoms == "Laurent Marie"


def test_a_deletion_that_waits_leaves_no_link_to_confirm(accounts: RunningAccounts, login: Login) -> None:
    token = new_email_token(accounts, login)
    accounts.registrations.lose_answers = True
    path, typed = "/me/deletion", {"current_password": PASSWORD}
    assert accounts.call("POST", path, login["access_token"], **typed).status_code == 503
    accounts.registrations.lose_answers = False
    assert problem_slug(accounts.post("/email-changes", token=token)) == "lien-sans-objet"
    assert accounts.call("GET", "/me", login["access_token"]).status_code == 404


@pytest.mark.engines("sqlite", "postgresql")
def test_the_database_refuses_another_identity_under_the_same_version(accounts: RunningAccounts) -> None:
    accounts.log_in_new_candidate()
    told = {name for name in Identity.__annotations__ if name not in ("version", "date_naissance")}
    other: dict[str, Any] = dict.fromkeys(told, "X") | {"date_naissance": date(1999, 1, 1), "commune_hors_liste": True}
    with accounts.app.app_context():
        for values in (*({name: value} for name, value in other.items()), {"version": Account.version - 1}):
            with pytest.raises(DatabaseError, match="bears a new version"), db.operation() as session:
                session.execute(update(Account).values(values))
        with db.operation() as session:
            session.execute(update(Account).values(**other, version=Account.version + 1))
