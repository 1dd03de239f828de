"""The samples of tests/contracts/samples are what accounts really publishes when staff correct, and owners change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.accounts.models import db, events
from services.contracts.accounts import EmailChanged, IdentityCorrected
from tests.accounts.running_accounts import RunningAccounts
from tests.accounts.test_account_change import NEW_EMAIL, ask_new_email
from tests.accounts.test_identity_correction import REASON, administrator, search_candidates

SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"
CANDIDATE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one

__all__ = ["administrator"]


def published(accounts: RunningAccounts, type: str) -> Any:
    """The data of the only event of that type, under the sample's id."""
    with accounts.app.app_context(), db.reading() as session:
        row: Any = session.query(events.Outbox).filter_by(destination="broker", type=type).one()
        data = json.loads(row.envelope)["data"]
    return json.loads(json.dumps(data).replace(data["candidate_id"], CANDIDATE))


def sample(type: str) -> Any:
    return json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))


def test_a_new_address_is_told_as_the_sample_shows(accounts: RunningAccounts) -> None:
    ask_new_email(accounts, accounts.log_in_new_candidate())
    accounts.post("/email-changes", token=accounts.newest_token(NEW_EMAIL, "Confirmer"))
    assert published(accounts, EmailChanged.TYPE) == sample(EmailChanged.TYPE)


@pytest.mark.usefixtures("registrations")
def test_a_correction_is_told_as_the_sample_shows(accounts: RunningAccounts, administrator: str) -> None:
    (candidate,) = search_candidates(accounts, administrator, accounts.activate_new_account())
    values = candidate["values"] | {"nom_famille": "BINNET"}
    accounts.call("POST", f"/candidates/{candidate['id']}/identity", administrator, values=values, reason=REASON)
    assert published(accounts, IdentityCorrected.TYPE) == sample(IdentityCorrected.TYPE)
