"""How the gateway reads what services answer: more than it knows is passed over, with less a service counts as away."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.clients.base import parsed
from gateway.clients.drafts import WrittenTab
from services.chassis.errors import Unavailable
from services.contracts.registrations import Contact, Recap

CONTACT: dict[str, Any] = {"title": "Recteur", "lines": ["1 rue du port"], "telephone": None, "email": None}


def test_what_a_newer_service_adds_is_passed_over() -> None:
    assert parsed(Contact, CONTACT | {"fax": "03"}) == Contact("Recteur", ("1 rue du port",), None, None)


def test_what_is_missing_is_named_in_the_log() -> None:
    with capture_logs() as logged, pytest.raises(Unavailable):
        parsed(WrittenTab, {"revision": 1})
    assert "goto" in logged[0]["reason"]


def test_what_is_ill_typed_is_named_by_its_place_and_not_repeated() -> None:
    answer = {
        "numero_candidat": "02103000001",
        "warning": None,
        "epreuves": [],
        "sections": [{"title": "A", "lines": 7}],
    }
    with capture_logs() as logged, pytest.raises(Unavailable):
        parsed(Recap, answer)
    assert "$.sections[0].lines" in logged[0]["reason"]
    assert "02103000001" not in str(logged)
