"""Administrators correct a civil status with a reason; other services are told, as of what candidates change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.accounts.models import events
from services.contracts.accounts import EmailChanged, IdentityCorrected
from tests.accounts.creation_form import creation_form
from tests.accounts.fake_registrations import FakeRegistrations
from tests.accounts.running_accounts import RunningAccounts, refused_fields
from tests.accounts.test_account_change import NEW_EMAIL, ask_new_email

REASON = "Pièce d'identité reçue le 05/10/2021"
SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"
CANDIDATE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one


def search_candidates(accounts: RunningAccounts, administrator: str, email: str) -> list[dict[str, Any]]:
    answer = accounts.call("POST", "/candidates/search", administrator, email=email)
    return list((answer.json or {})["candidates"])


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
    assert published(accounts, IdentityCorrected.TYPE) == sample(IdentityCorrected.TYPE)
    [entry] = [entry for entry in accounts.audit_entries() if entry.action == "identity_corrected"]
    assert (entry.before or {})["nom_famille"] == "BINET"
    assert (entry.after or {})["nom_famille"] == "BINNET"
    assert (entry.after or {})["reason"] == REASON


def test_a_correction_with_mistakes_without_reason_or_of_nobody_is_refused(
    accounts: RunningAccounts, administrator: str
) -> None:
    (candidate,) = search_candidates(accounts, administrator, accounts.activate_new_account())
    path = f"/candidates/{candidate['id']}/identity"
    assert accounts.call("POST", path, administrator, values=creation_form(), reason="").status_code == 422
    wrong = creation_form(nom_famille="", date_naissance="31/02/2001")
    refused = accounts.call("POST", path, administrator, values=wrong, reason=REASON)
    assert {"nom_famille", "date_naissance"} <= refused_fields(refused)
    nobody = accounts.call("POST", "/candidates/x/identity", administrator, values=creation_form(), reason=REASON)
    assert nobody.status_code == 404
    assert search_candidates(accounts, administrator, "inconnu@x.fr") == []
