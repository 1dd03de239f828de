"""The composed portal with its pooler: people notice nothing, PostgreSQL sees the pooler in place
of web processes."""

from deploy.service_names import SERVICES
from tests.journeys import personas
from tests.journeys.conftest import NewCandidate
from tests.support.composed_portal import ComposedPortal

CLIENTS = "SELECT DISTINCT host(client_addr) FROM pg_stat_activity WHERE usename = '{}'"


def test_a_candidate_registers_by_way_of_the_pooler(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    with composed.beside("deploy/containers/pooler/compose.yml", "pooler"):
        composed.scale(accounts=2, registrations=2)
        new_candidate(composed, personas.another_dubois()).registers()
        for service in SERVICES:
            addresses = {
                row[0] for row in composed.query_database(service, CLIENTS.format(service))
            }
            assert not addresses & addresses_of(composed, service)
            assert addresses & addresses_of(composed, "pooler")


def addresses_of(composed: ComposedPortal, service: str) -> set[str]:
    return {
        network["IPAddress"]
        for container in composed.containers(service)
        for network in composed.inspect(container)["NetworkSettings"]["Networks"].values()
    }
