"""Both providers of the demonstration, and accounts that trusts them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.accounts.running_accounts import PUBLIC_URL, RunningAccounts
from tests.accounts.sign_in.sign_ins import SignIns
from tests.support.app_server import AppServer
from tests.support.identity_providers import Providers, running_providers, settings_for


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[AppServer, Providers]]:
    with running_providers() as running:
        yield running


@pytest.fixture
def more_settings(servers: tuple[AppServer, Providers]) -> dict[str, Any]:
    return settings_for(PUBLIC_URL, *servers)


@pytest.fixture
def providers(servers: tuple[AppServer, Providers], more_settings: dict[str, Any]) -> Providers:
    return servers[1]


@pytest.fixture
def franceconnect(accounts: RunningAccounts, providers: Providers) -> SignIns:
    return SignIns(accounts, providers["franceconnect"])


@pytest.fixture
def proconnect(accounts: RunningAccounts, providers: Providers) -> SignIns:
    return SignIns(accounts, providers["proconnect"])
