"""A portal of which people log in by FranceConnect and ProConnect."""

from collections.abc import Iterator
from functools import partial

import pytest

from services.contracts.session_options import ONLINE
from tests.registrations.service.candidate_client import guide, load
from tests.support.app_server import AppServer
from tests.support.identity_providers import Providers, settings_for
from tests.support.in_process_portal import InProcessPortal, running_portal


@pytest.fixture(scope="module")
def running(
    servers: tuple[AppServer, Providers], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InProcessPortal]:
    issuers = {
        f"{name}_issuer": f"{servers[0].url}/{name}" for name in ("franceconnect", "proconnect")
    }
    of_accounts = partial(settings_for, server=servers[0], providers=servers[1])
    with running_portal(
        tmp_path_factory.mktemp("sign-in"), of_accounts=of_accounts, **issuers
    ) as portal:
        load(portal.registrations.app, guide(validation=ONLINE))
        yield portal
