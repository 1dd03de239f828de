"""Beside thousands of others, nothing that is asked often reads a table from one end to the other."""

from __future__ import annotations

import pytest

from deploy.service_names import SERVICES
from tests.growth.conftest import Filled
from tests.growth.full_service import Actions, FullService, light_weight
from tests.growth.query_costs import query_costs
from tests.support.query_plans import recorded_statements

# The fewest at which PostgreSQL plans as for a million: with fewer, reading a small table from one end to the other is
# what costs least.
ROWS = {"accounts": 5_000, "registrations": 20_000, "documents": 5_000, "pieces": 10_000}


@pytest.fixture(scope="module", params=SERVICES)
def full(request: pytest.FixtureRequest, fill: Filled) -> FullService:
    return fill(request.param, ROWS[request.param], light_weight)


@pytest.mark.parametrize("kind", ["reads", "writes", "jobs"])
def test_what_is_asked_often_is_found_by_an_index(full: FullService, kind: str) -> None:
    """A service's tables are filled, with all their indexes, for the first of its three kinds: seconds for each."""
    actions: Actions = getattr(full, kind)
    assert actions
    lines = [line for name, action in actions.items() for line in _not_flat(full, name, action)]
    assert lines == [], "\n".join(lines)


def _not_flat(full: FullService, name: str, action: object) -> list[str]:
    assert callable(action)
    with full.app.app_context():
        with recorded_statements(full.db) as asked:
            action()
        return [f"{name}: {read}" for read in query_costs(full.db, asked) if not read.is_flat]
