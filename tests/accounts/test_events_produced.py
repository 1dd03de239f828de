"""The samples of tests/contracts/samples are what accounts really publishes when staff correct, and owners change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.accounts.models import db, events
from services.contracts.accounts import EmailChanged, IdentityCorrected
from tests.accounts.house import House
from tests.accounts.test_change import NEW_EMAIL, ask_new_email
from tests.accounts.test_correction import REASON, administrator, found

SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"
CANDIDATE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one

__all__ = ["administrator"]


def published(house: House, type: str) -> Any:
    """The data of the only event of that type, under the sample's id."""
    with house.app.app_context(), db.reading() as session:
        row: Any = session.query(events.Outbox).filter_by(destination="broker", type=type).one()
        data = json.loads(row.envelope)["data"]
    return json.loads(json.dumps(data).replace(data["candidate_id"], CANDIDATE))


def sample(type: str) -> Any:
    return json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))


def test_a_new_address_is_told_as_the_sample_shows(house: House) -> None:
    ask_new_email(house, house.logged_in())
    house.post("/email-changes", token=house.newest_token(NEW_EMAIL, "Confirmer"))
    assert published(house, EmailChanged.TYPE) == sample(EmailChanged.TYPE)


@pytest.mark.usefixtures("registrations")
def test_a_correction_is_told_as_the_sample_shows(house: House, administrator: str) -> None:
    (candidate,) = found(house, administrator, house.activated())
    values = candidate["values"] | {"nom_famille": "BINNET"}
    house.call("POST", f"/candidates/{candidate['id']}/identity", administrator, values=values, reason=REASON)
    assert published(house, IdentityCorrected.TYPE) == sample(IdentityCorrected.TYPE)
