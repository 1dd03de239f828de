"""Beside a hundred thousand others, nothing that is asked often reads a table from one end to the other."""

from __future__ import annotations

import pytest

from deploy.service_names import SERVICES
from tests.growth.conftest import Filled
from tests.growth.full_service import Deeds, Full, light
from tests.growth.query_costs import read_by
from tests.support.plans import statements

ROWS = {"accounts": 20_000, "registrations": 20_000, "documents": 20_000, "pieces": 10_000}


@pytest.fixture(scope="module", params=SERVICES)
def full(request: pytest.FixtureRequest, fill: Filled) -> Full:
    return fill(request.param, ROWS[request.param], light)


@pytest.mark.parametrize("kind", ["reads", "writes", "jobs"])
def test_what_is_asked_often_is_found_by_an_index(full: Full, kind: str) -> None:
    deeds: Deeds = getattr(full, kind)
    assert deeds
    told = [line for name, deed in deeds.items() for line in _not_flat(full, name, deed)]
    assert told == [], "\n".join(told)


def _not_flat(full: Full, name: str, deed: object) -> list[str]:
    assert callable(deed)
    with full.app.app_context():
        with statements(full.db) as asked:
            deed()
        return [f"{name}: {read}" for read in read_by(full.db, asked) if not read.is_flat]
