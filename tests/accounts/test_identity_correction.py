"""Administrators correct a civil status with a reason; gestionnaires and others cannot."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.accounts.models import AuditEntry, db, events
from services.contracts.accounts import IdentityCorrected
from tests.accounts.creation_form import creation_form
from tests.accounts.fake_registrations import FakeRegistrations
from tests.accounts.running_accounts import RunningAccounts, refused_fields
from tests.accounts.test_staff import command_result

REASON = "Pièce d'identité reçue le 05/10/2021"


@pytest.fixture
def administrator(accounts: RunningAccounts) -> str:
    """The access token of an administrator's tool."""
    person = ["--email", "admin@x.fr", "--nom", "Roux", "--prenoms", "Anne"]
    command_result(accounts, "create-staff", "--role", "administrateur", *person)
    token = command_result(accounts, "create-token", "--email", "admin@x.fr", "--scopes", "candidates:correct")["token"]
    return str((accounts.post("/tools/exchange", token=token).json or {})["access_token"])


def search_candidates(accounts: RunningAccounts, administrator: str, email: str) -> list[dict[str, Any]]:
    answer = accounts.call("POST", "/candidates/search", administrator, email=email)
    return list((answer.json or {})["candidates"])


def test_a_correction_is_told_to_registrations_with_its_reason_and_leaves_its_trace(
    accounts: RunningAccounts, administrator: str, registrations: FakeRegistrations
) -> None:
    email = accounts.activate_new_account()
    registrations.down = True
    (candidate,) = search_candidates(accounts, administrator, email.upper())
    path = f"/candidates/{candidate['id']}/identity"
    values = candidate["values"] | {"nom_famille": "BINNET"}
    for _ in range(2):
        answer = accounts.call("POST", path, administrator, values=values, reason=REASON)
        assert answer.json == {"version": 2}
    with accounts.app.app_context(), db.reading() as session:
        row: Any = session.query(events.Outbox).filter_by(destination="broker").one()
        event = IdentityCorrected.from_data(orjson.loads(row.envelope)["data"])
        entry = session.query(AuditEntry).filter_by(action="identity_corrected").one()
    assert (event.reason, event.identity.nom_famille, event.identity.version) == (REASON, "BINNET", 2)
    assert (entry.before or {})["nom_famille"] == "BINET"
    assert (entry.after or {})["nom_famille"] == "BINNET"
    assert (entry.after or {})["reason"] == REASON


def test_every_mistake_of_a_correction_is_told(accounts: RunningAccounts, administrator: str) -> None:
    (candidate,) = search_candidates(accounts, administrator, accounts.activate_new_account())
    wrong = creation_form(nom_famille="", date_naissance="31/02/2001")
    answer = accounts.call(
        "POST", f"/candidates/{candidate['id']}/identity", administrator, values=wrong, reason=REASON
    )
    assert {"nom_famille", "date_naissance"} <= refused_fields(answer)


def test_a_correction_without_reason_or_of_nobody_is_refused(accounts: RunningAccounts, administrator: str) -> None:
    (candidate,) = search_candidates(accounts, administrator, accounts.activate_new_account())
    path = f"/candidates/{candidate['id']}/identity"
    assert accounts.call("POST", path, administrator, values=creation_form(), reason="").status_code == 422
    nobody = accounts.call("POST", "/candidates/x/identity", administrator, values=creation_form(), reason=REASON)
    assert nobody.status_code == 404
    assert search_candidates(accounts, administrator, "inconnu@x.fr") == []


def test_a_gestionnaire_may_not_correct_even_with_a_token_that_asks_for_it(accounts: RunningAccounts) -> None:
    person = ["--email", "g@x.fr", "--nom", "Roux", "--prenoms", "Anne", "--academies", "03"]
    command_result(accounts, "create-staff", "--role", "gestionnaire", *person)
    token = command_result(accounts, "create-token", "--email", "g@x.fr", "--scopes", "candidates:correct")["token"]
    access = str((accounts.post("/tools/exchange", token=token).json or {})["access_token"])
    assert accounts.call("POST", "/candidates/search", access, email="x@x.fr").status_code == 403
