"""Both providers of the demonstration, accounts that trusts them, and sign-ins as accounts is asked
for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from werkzeug.test import TestResponse

from deploy.local.identity_provider import DemonstrationProvider
from services.accounts.models import Account
from tests.accounts.running_accounts import PUBLIC_URL, RunningAccounts, Start, problem_slug
from tests.support.app_server import AppServer
from tests.support.identity_providers import Providers, consent, running_providers, settings_for

ANGELA = {
    "civilite": "MADAME",
    "nom_famille": "Dubois",
    "prenoms": "Angela Claire Louise",
    "date_naissance": "24/08/1999",
    "departement_naissance": "075",
    "commune_naissance": "PARIS 7E ARRONDISSEMENT",
}
"""What she typed for an account with a password."""


@dataclass
class SignIns:
    """By one provider."""

    accounts: RunningAccounts
    provider: DemonstrationProvider

    def come_back(
        self,
        who: dict[str, Any],
        *methods: str,
        leaving: dict[str, str] | None = None,
        **brought: str,
    ) -> TestResponse:
        """What accounts says to a browser that went to the provider and came back as this
        person."""
        name = self.provider.name
        issuer = self.provider.issuer
        begun = self.accounts.post("/sign-ins", provider=name, **leaving or {}).json or {}
        state = begun["address"].partition("state=")[2].partition("&")[0]
        code = consent(self.provider, begun["address"], who, *methods)
        back = {"attempt": begun["attempt"], "state": state, "code": code, "issuer": issuer}
        return self.accounts.post("/sign-ins/returns", provider=name, **{**back, **brought})

    def open(self, who: dict[str, Any], *methods: str) -> dict[str, Any]:
        """The session that they come back to."""
        return dict(self.come_back(who, *methods).json["opened"])

    def identity_of(self, who: dict[str, Any]) -> str:
        """That of somebody whose account is not known yet."""
        answer = self.come_back(who)
        assert (answer.status_code, answer.json["opened"]) == (200, None), answer.json
        return str(answer.json["identity"])

    def ask_account(self, who: dict[str, Any], **typed: str) -> None:
        """With their mail address, that nobody proves yet."""
        values = {"email": who["email"], "email_confirmation": who["email"], **typed}
        answer = self.accounts.post("/accounts", values=values, identity=self.identity_of(who))
        assert answer.status_code == 202, answer.json

    def create(self, who: dict[str, Any], **typed: str) -> Account:
        """Their account, activated by the link mailed to its address."""
        self.ask_account(who, **typed)
        token = self.accounts.newest_token(who["email"], "Activer")
        assert self.accounts.post("/activations", token=token).status_code == 200
        [account] = [each for each in self.accounts.stored(Account) if each.email == who["email"]]
        return account

    def replace(self, **methods: Callable[..., Any]) -> None:
        """Those of the provider."""
        vars(self.provider).update(methods)

    def claim(self, **changes: Any) -> None:
        """The provider's id tokens say something else."""
        signed = self.provider.signed
        self.replace(
            signed=lambda claims: signed({**claims, **(changes if "nonce" in claims else {})})
        )


def refused(answer: TestResponse) -> str:
    """What a refusal says to do."""
    assert (answer.status_code, problem_slug(answer)) == (403, "fournisseur-refuse"), answer.json
    return str(answer.json["detail"])


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[AppServer, Providers]]:
    with running_providers() as running:
        yield running


@pytest.fixture
def start(start: Start, servers: tuple[AppServer, Providers]) -> Start:
    return partial(start, **settings_for(PUBLIC_URL, *servers))


@pytest.fixture
def franceconnect(accounts: RunningAccounts, servers: tuple[AppServer, Providers]) -> SignIns:
    return SignIns(accounts, servers[1]["franceconnect"])


@pytest.fixture
def proconnect(accounts: RunningAccounts, servers: tuple[AppServer, Providers]) -> SignIns:
    return SignIns(accounts, servers[1]["proconnect"])
