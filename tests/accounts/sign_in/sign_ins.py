"""Sign-ins by FranceConnect and ProConnect, as accounts is asked for them."""

import time
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from services.accounts.models import Account
from tests.accounts.running_accounts import RunningAccounts, problem_slug
from tests.support.identity_provider import DemonstrationProvider
from tests.support.identity_providers import consent

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
        self, who: dict[str, Any], *methods: str, leaving: dict[str, str] | None = None, **brought: str
    ) -> TestResponse:
        """What accounts says to a browser that went to the provider and came back as this person."""
        name, issuer = self.provider.name, self.provider.issuer
        begun = self.accounts.post("/sign-ins", provider=name, **leaving or {}).json or {}
        state = begun["address"].partition("state=")[2].partition("&")[0]
        code = consent(self.provider, begun["address"], who, *methods)
        back = {"attempt": begun["attempt"], "state": state, "code": code, "issuer": issuer}
        return self.accounts.post("/sign-ins/returns", provider=name, **{**back, **brought})

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

    def create(self, who: dict[str, Any], **typed: str) -> str:
        """Their account, activated by the link mailed to its address; its id."""
        email = who["email"]
        self.ask_account(who, **typed)
        token = self.accounts.newest_token(email, "Activer")
        assert self.accounts.post("/activations", token=token).status_code == 200
        return next(account.id for account in self.accounts.stored(Account) if account.email == email)


def refused(answer: TestResponse) -> str:
    """What a refusal says to do."""
    assert (answer.status_code, problem_slug(answer)) == (403, "fournisseur-refuse"), answer.json
    return str(answer.json["detail"])


def standard(provider: DemonstrationProvider, claims: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": provider.issuer, "aud": "portail", "iat": now, "exp": now + 60, **claims}


def claiming(provider: DemonstrationProvider, **changes: Any) -> None:
    """Its id tokens say something else."""
    signed = provider.signed
    provider.signed = lambda claims: signed({**claims, **(changes if "nonce" in claims else {})})  # type: ignore[method-assign]
