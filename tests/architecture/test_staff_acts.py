"""Whatever staff do leaves its trace in the audit trail: the ledger's routes are walked, each called for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from deploy.service_names import SERVICES
from tests.architecture.examples import Examples
from tests.architecture.ledger import routes_of
from tests.architecture.rows import Databases
from tests.architecture.staff_acts import ACTS, WITHOUT_TRACE, Route
from tests.architecture.staff_at_work import StaffAtWork

if TYPE_CHECKING:
    from tests.support.object_store import ObjectStore

READS = ("GET", "HEAD")
TRAILS = {service: f"{service}.{'audit' if service == 'registrations' else 'audit_entries'}" for service in SERVICES}


@pytest.fixture(scope="module")
def office(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffAtWork]:
    examples = Examples(tmp_path_factory.mktemp("acts"), objects.fresh_bucket().url)
    yield StaffAtWork(examples)
    examples.close()


@pytest.fixture(scope="module")
def databases(office: StaffAtWork) -> Iterator[Databases]:
    opened = Databases({name: office.portal.folder / f"{name}.db" for name in office.portal.apps})
    yield opened
    opened.close()


def entries(databases: Databases, service: str) -> dict[int, dict[str, Any]]:
    return dict(databases.look().tables[TRAILS[service]])


def test_every_route_by_which_staff_write_is_listed() -> None:
    written = {
        (service, method, rule)
        for service in SERVICES
        for method, rule, who in routes_of(service)
        if method not in READS and "staff(" in who
    }
    assert set(ACTS) | set(WITHOUT_TRACE) == written
    assert not set(ACTS) & set(WITHOUT_TRACE)


@pytest.mark.parametrize("route", ACTS, ids=" ".join)
def test_an_act_of_staff_is_in_the_audit_trail(office: StaffAtWork, databases: Databases, route: Route) -> None:
    service, (action, act) = route[0], ACTS[route]
    before = entries(databases, service)
    act(office)
    new = [entry for number, entry in entries(databases, service).items() if number not in before]
    assert any((entry["action"], entry["actor_kind"]) == (action, "staff") for entry in new), new
