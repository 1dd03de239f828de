"""FranceConnect and ProConnect: whose account an identity opens, how it is joined to one, and which answers of theirs
are refused."""

import hashlib
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import update
from werkzeug.test import TestResponse

from services.accounts.models import Account, LoginSession, ProviderIdentity, db
from services.accounts.operations import second_factor
from services.accounts.operations.sessions import CONFIRMATION_LIFETIME
from services.accounts.queries import personal_data
from services.chassis.clock import system_now
from services.contracts.api.sign_in import PROVIDER_SECONDS
from tests.accounts.creation_form import EMAIL, PASSWORD, creation_form
from tests.accounts.running_accounts import PUBLIC_URL, RunningAccounts, problem_slug
from tests.accounts.staff_in_session import EMAIL as STAFF_EMAIL
from tests.accounts.staff_in_session import Session, code_of, invitation_token, logged_in, proposal
from tests.support.app_server import AppServer
from tests.support.identity_provider import DemonstrationProvider
from tests.support.identity_providers import Providers, consent, person, running_providers, settings_for

ANGELA = {
    "civilite": "MADAME",
    "nom_famille": "Dubois",
    "prenoms": "Angela Claire Louise",
    "date_naissance": "24/08/1999",
    "departement_naissance": "075",
    "commune_naissance": "PARIS 7E ARRONDISSEMENT",
}
"""What she typed for an account with a password."""


ACT, OTHER_ACT = "ab" * 32, "cd" * 32


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


@pytest.fixture
def franceconnect(accounts: RunningAccounts, providers: Providers) -> SignIns:
    return SignIns(accounts, providers["franceconnect"])


@pytest.fixture
def proconnect(accounts: RunningAccounts, providers: Providers) -> SignIns:
    return SignIns(accounts, providers["proconnect"])


def refused(answer: TestResponse) -> str:
    """What a refusal says to do."""
    assert (answer.status_code, problem_slug(answer)) == (403, "fournisseur-refuse"), answer.json
    return str(answer.json["detail"])


def test_a_first_sign_in_fills_the_civil_status_and_the_next_ones_open_the_account(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    angela = person()
    identity = franceconnect.identity_of(angela)
    form = accounts.post("/forms/account", values={}, identity=identity).json or {}
    shown = {field["name"]: field for section in form["sections"] for field in section["fields"]}
    assert {name for name, field in shown.items() if not field.get("disabled")} == {
        "nom_usage",
        "email",
        "email_confirmation",
    }
    assert shown["nom_famille"]["hint"] == "Certifié par FranceConnect"
    franceconnect.create(angela, nom_famille="Imposteur", date_naissance="01/01/2000")
    [account] = [account for account in accounts.stored(Account) if account.email == angela["email"]]
    assert (account.nom_famille, str(account.date_naissance), account.civilite) == ("DUBOIS", "1999-08-24", "MADAME")
    assert (account.departement_naissance, account.commune_naissance) == ("075", "PARIS 7E ARRONDISSEMENT")
    answer = franceconnect.come_back(angela)
    assert answer.json["opened"]["subject"] == account.id
    bearer = answer.json["opened"]["access_token"]
    own = accounts.call("GET", "/me", bearer).json or {}
    assert (own["editable"], "certifié par FranceConnect" in own["form"]["sections"][0]["notice"]) == (
        "contact_only",
        True,
    )
    changed = accounts.call("PUT", "/me", bearer, values={**creation_form(), "version": "1"})
    assert problem_slug(changed) == "conflit"
    deleted = accounts.call("POST", "/me/deletion", bearer, current_password="")
    assert "demandez-en un par « Mot de passe oublié »" in deleted.json["errors"][0]["detail"]


def test_what_the_provider_does_not_know_is_typed(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    karim = person(birthplace="", birthcountry="99352", gender="male", preferred_username="Martin")
    identity = franceconnect.identity_of(karim)
    without = accounts.post("/accounts", values={"email": karim["email"]}, identity=identity)
    assert {error["pointer"] for error in without.json["errors"]} == {"#/ville_naissance", "#/email_confirmation"}
    franceconnect.create(karim, ville_naissance="Oran")
    [account] = [account for account in accounts.stored(Account) if account.email == karim["email"]]
    assert (account.pays_naissance, account.commune_naissance, account.nom_usage) == ("352", "ORAN", "Martin")


def test_a_day_of_birth_that_was_typed_is_not_certified(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    unsure = person(birthdate="1999")
    day = {"date_naissance": "24/08/1999", "date_naissance_confirmation": "24/08/1999"}
    franceconnect.create(unsure, **day)
    [account] = accounts.stored(Account)
    assert (account.nom_famille, account.certified_by) == ("DUBOIS", None)


def test_an_account_is_joined_by_its_password_alone(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    email = accounts.activate_new_account(**ANGELA)
    angela = person(email="another@portail.example")
    identity = franceconnect.identity_of(angela)
    for password, said in (("not hers", "identification-refusee"), ("", "saisie-invalide")):
        assert problem_slug(accounts.try_log_in(email, password, identity=identity)) == said
        assert franceconnect.identity_of(angela)
    assert accounts.try_log_in(email, PASSWORD, identity=identity).status_code == 201
    [account] = accounts.stored(Account)
    assert franceconnect.come_back(angela).json["opened"]["subject"] == account.id
    assert accounts.try_log_in(email, PASSWORD).status_code == 201, "the password stays a way in"


def test_somebody_elses_mail_address_gives_nobody_their_account(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    victim = accounts.activate_new_account()
    attacker = person(email=victim, email_verified=True)
    franceconnect.ask_account(attacker)
    accounts.send_mails()
    assert len(accounts.stored(Account)) == 1, "its owner is told, no account is made"
    identity = franceconnect.identity_of(attacker)
    answer = accounts.try_log_in(victim, PASSWORD, identity=identity)
    assert (answer.status_code, problem_slug(answer)) == (409, "conflit"), "even by its password: another civil status"
    assert not accounts.stored(ProviderIdentity)


def test_a_mail_address_that_nobody_has_proven_opens_nothing(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    angela = person()
    franceconnect.ask_account(angela)
    assert franceconnect.identity_of(angela)
    for password in ("", " "):
        assert accounts.try_log_in(angela["email"], password).status_code in (401, 422)


def test_a_sub_that_changes_is_another_identity(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    angela = person()
    account_id = franceconnect.create(angela)
    changed = {**angela, "sub": "changed"}
    identity = franceconnect.identity_of(changed)
    accounts.post("/password-resets", email=angela["email"])
    reset = {"password": PASSWORD, "password_confirmation": PASSWORD}
    token = accounts.newest_token(angela["email"], "mot de passe")
    assert accounts.post("/password-resets/complete", token=token, **reset).status_code == 204
    assert accounts.try_log_in(angela["email"], PASSWORD, identity=identity).status_code == 201
    for who in (angela, changed):
        assert franceconnect.come_back(who).json["opened"]["subject"] == account_id


def test_an_identity_opens_no_account_whose_civil_status_was_another_for_a_moment(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    """Who learnt a password once gives the account their own civil status, joins it, and gives the old one back."""
    login = accounts.log_in_new_candidate()
    identity = franceconnect.identity_of(person())
    for version, status in (("1", ANGELA), ("2", {})):
        values = {**creation_form(**status, password=""), "version": version}
        if not status:
            assert accounts.try_log_in(EMAIL, PASSWORD, identity=identity).status_code == 201
        assert accounts.call("PUT", "/me", login["access_token"], values=values).status_code == 200
    assert franceconnect.identity_of(person())
    assert not accounts.stored(ProviderIdentity)


def test_two_accounts_of_one_identity_are_never_made(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    angela = person()
    identity = franceconnect.identity_of(angela)
    emails = ("one@portail.example", "two@portail.example")
    for email in emails:
        franceconnect.ask_account({**angela, "email": email})
    first, second = (accounts.newest_token(email, "Activer") for email in emails)
    assert accounts.post("/activations", token=first).status_code == 200
    assert problem_slug(accounts.post("/activations", token=second)) == "lien-sans-objet"
    other = accounts.activate_new_account(**ANGELA, email="three@portail.example")
    assert problem_slug(accounts.try_log_in(other, PASSWORD, identity=identity)) == "conflit"


def test_an_erased_account_leaves_no_identity(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    franceconnect.ask_account(person())
    assert len(accounts.stored(ProviderIdentity)) == 1
    accounts.advance_clock(days=3)
    accounts.run_job("erase-not-activated")
    assert not accounts.stored(Account, ProviderIdentity)


def test_the_copy_of_ones_data_says_by_whom_one_signs_in(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    angela = person()
    account = franceconnect.create(angela)
    franceconnect.come_back(angela)
    [identity] = accounts.stored(ProviderIdentity)
    with accounts.app.app_context():
        items = [item for held in personal_data.part(account).held for item in held.items]
    told = {(item.title, fact.value) for item in items for fact in item.facts}
    assert {("Identité FranceConnect", identity.sub), ("Connexion", "FranceConnect")} <= told


def test_logging_out_leads_to_the_provider_too(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    angela = person()
    franceconnect.create(angela)
    opened = franceconnect.come_back(angela).json["opened"]
    accounts.post("/sessions/end", session=opened["session"])
    address = accounts.post("/sign-ins/ends", session=opened["session"]).json["address"]
    assert address.startswith(f"{franceconnect.provider.issuer}/end?id_token_hint=ey")
    assert "&post_logout_redirect_uri=http%3A%2F%2Fportail.example%2F" in address
    assert problem_slug(accounts.post("/sessions/exchange", session=opened["session"])) == "session-expiree"
    [row] = [row for row in accounts.stored(LoginSession) if row.provider]
    assert "ey" not in (row.id_token_sealed or "")[:2]


def test_a_provider_that_is_off_is_not_there(accounts: RunningAccounts) -> None:
    with accounts.app.app_context():
        built = accounts.app.extensions["accounts.dependencies"]
        accounts.app.extensions["accounts.dependencies"] = replace(built, identity_providers={})
        assert accounts.post("/sign-ins", provider="franceconnect").status_code == 404


# -- an act that is confirmed ------------------------------------------------------------------------------------------


@dataclass
class SignedIn:
    """Angela, in the session of an account without a password."""

    by: SignIns
    who: dict[str, Any]

    def __post_init__(self) -> None:
        self.by.create(self.who)
        self.opened = dict(self.by.come_back(self.who).json["opened"])
        self.session = str(self.opened["session"])

    def confirm(self, act: str = ACT, who: dict[str, Any] | None = None) -> TestResponse:
        """Sign in anew for an act, as this person."""
        leaving = {"act": act, "session": self.session}
        return self.by.come_back(who or self.who, leaving=leaving, session=self.session)

    def prove(self, digest: str = ACT, opened: dict[str, Any] | None = None, **given: str) -> TestResponse:
        """That the act was confirmed: by this session, unless another is given."""
        opened = opened or self.opened
        sent = {"current_password": "", "digest": digest, "session": opened["session"], **given}
        return self.by.accounts.call("POST", "/me/password-proof", opened["access_token"], **sent)


@pytest.fixture
def angela(franceconnect: SignIns) -> SignedIn:
    return SignedIn(franceconnect, person())


def test_a_sign_in_anew_confirms_one_act_once(accounts: RunningAccounts, angela: SignedIn) -> None:
    begun = accounts.post("/sign-ins", provider="franceconnect", act=ACT, session=angela.session).json or {}
    assert {"prompt=login", "max_age=0"} <= set(begun["address"].partition("?")[2].split("&"))
    assert problem_slug(angela.prove()) == "saisie-invalide"
    answer = angela.confirm()
    assert (answer.json["confirmed"], answer.json["opened"]) == (True, None)
    assert angela.prove(OTHER_ACT).status_code == 422
    assert angela.prove().status_code == 200
    again = angela.prove()
    assert (again.status_code, "a déjà servi" in again.json["errors"][0]["detail"]) == (422, True)


def test_a_confirmation_is_of_one_session_and_ends_with_it_or_after_some_minutes(
    accounts: RunningAccounts, angela: SignedIn
) -> None:
    assert angela.confirm().json["confirmed"]
    other = angela.by.come_back(angela.who).json["opened"]
    assert angela.prove(opened=other).status_code == 422
    stranger = accounts.log_in_new_candidate()
    assert angela.prove(opened=stranger, session=angela.session).status_code == 422, "of the account's owner alone"
    with accounts.app.app_context(), db.operation() as session:
        session.execute(update(LoginSession).values(confirmed_at=system_now() - CONFIRMATION_LIFETIME))
    assert angela.prove().status_code == 422
    assert angela.confirm().json["confirmed"]
    accounts.post("/sessions/end", session=angela.session)
    assert angela.prove().status_code == 422
    assert problem_slug(angela.confirm()) == "session-expiree"


@pytest.mark.parametrize("act", ["copies", "erasure", "deletion"])
def test_what_asks_for_the_password_again_takes_a_confirmation_of_itself_alone(angela: SignedIn, act: str) -> None:
    for confirmed, is_done in (("another", False), ({"copies": "copy"}.get(act, act), True)):
        assert angela.confirm(confirmed).json["confirmed"]
        sent = {"current_password": "", "session": angela.session}
        answer = angela.by.accounts.call("POST", f"/me/{act}", angela.opened["access_token"], **sent)
        assert (answer.status_code < 300) is is_done, answer.json


def test_nobody_else_confirms(franceconnect: SignIns, angela: SignedIn) -> None:
    namesake = person()
    franceconnect.create(namesake)
    for who in (person(), {**angela.who, "sub": "changed"}, namesake):
        assert "n'est pas celle qui ouvre" in refused(angela.confirm(who=who))
    other = franceconnect.come_back(angela.who).json["opened"]
    leaving = {"act": ACT, "session": angela.session}
    refused(franceconnect.come_back(angela.who, leaving=leaving, session=other["session"]))
    assert franceconnect.come_back(angela.who, session=angela.session).json["opened"], "a sign-in confirms nothing"
    for each in (angela.opened, other):
        assert angela.prove(opened=each).status_code == 422


@pytest.mark.parametrize("auth_time", [None, 0, "now", int(time.time()) - 600, int(time.time()) + 6000])
def test_who_was_signed_in_before_has_not_confirmed(angela: SignedIn, auth_time: Any) -> None:
    claiming(angela.by.provider, auth_time=auth_time)
    refused(angela.confirm())
    assert angela.prove().status_code == 422


# -- staff -------------------------------------------------------------------------------------------------------------

INVITED = {"email": STAFF_EMAIL, "nom": "Roux", "prenoms": "Anne", "role": "gestionnaire", "academies": ["03"]}


@pytest.fixture
def chief(accounts: RunningAccounts) -> Session:
    return logged_in(accounts, "chef@dec.example")


@pytest.fixture
def invitation(accounts: RunningAccounts, chief: Session) -> str:
    """The token of the link that was mailed."""
    assert chief.post("/staff", **INVITED).status_code == 201
    return invitation_token(accounts, STAFF_EMAIL)


def accept(accounts: RunningAccounts, invitation: str, identity: str) -> tuple[TestResponse, str]:
    shown = proposal(accounts, invitation)
    sent = {"identity": identity, "proposal": shown["sealed"], "code": code_of(shown["secret"])}
    return accounts.post("/staff-invitations", token=invitation, **sent), shown["secret"]


def test_an_invitation_is_accepted_by_proconnect_which_gives_no_role(
    accounts: RunningAccounts, proconnect: SignIns, invitation: str
) -> None:
    anne = person(email=STAFF_EMAIL.upper(), role="administrateur")
    answer, secret = accept(accounts, invitation, proconnect.identity_of(anne))
    assert answer.status_code == 200, answer.json
    entered = accounts.post("/sessions/exchange", session=answer.json["session"]).json or {}
    assert (entered["role"], entered["academies"]) == ("gestionnaire", ["03"])
    assert accounts.try_log_in(STAFF_EMAIL, "", code=code_of(secret)).status_code == 422
    opened = proconnect.come_back(anne, "pwd", "mfa").json["opened"]
    assert opened["subject"] == entered["subject"]
    asked = proconnect.come_back(anne, "pwd").json
    assert (asked["asks_code"], asked["opened"]) == (True, None)
    wrong = accounts.try_log_in("", "", identity=asked["identity"], code="000000")
    assert problem_slug(wrong) == "saisie-invalide"
    member = Session(accounts, entered["subject"], STAFF_EMAIL, "", secret)
    right = accounts.try_log_in("", "", identity=asked["identity"], code=member.code())
    assert (right.status_code, right.json["subject"]) == (201, entered["subject"])
    trail = [entry.action for entry in accounts.audit_entries(entered["subject"])]
    assert trail == ["staff_invited", "identity_joined", "staff_set_up", "staff_logged_in", "staff_logged_in"]


def test_an_invitation_is_for_the_invited_address(
    accounts: RunningAccounts, proconnect: SignIns, invitation: str
) -> None:
    answer, _ = accept(accounts, invitation, proconnect.identity_of(person()))
    assert (answer.status_code, "autre adresse mail" in answer.json["detail"]) == (409, True)
    assert proposal(accounts, invitation), "the link stays usable"


def test_an_account_of_staff_is_joined_to_an_identity_with_its_address_alone(
    accounts: RunningAccounts, proconnect: SignIns
) -> None:
    """Not to that of who left the page open on a shared machine, or learnt a password and a code once."""
    member = logged_in(accounts, STAFF_EMAIL)
    identity = proconnect.identity_of(person())
    answer = accounts.try_log_in(STAFF_EMAIL, member.password, code=member.code(), identity=identity)
    assert (answer.status_code, "autre adresse mail" in answer.json["detail"]) == (409, True)
    assert not accounts.stored(ProviderIdentity)


ANNE = person(email=STAFF_EMAIL)


@pytest.fixture
def member(accounts: RunningAccounts, proconnect: SignIns) -> Session:
    """Anne, whose account is joined to her identity."""
    member = logged_in(accounts, STAFF_EMAIL)
    identity = proconnect.identity_of(ANNE)
    joined = accounts.try_log_in(STAFF_EMAIL, member.password, code=member.code(), identity=identity)
    assert joined.status_code == 201
    return member


def test_who_was_given_another_second_factor_no_longer_comes_in_by_proconnect(
    proconnect: SignIns, chief: Session, member: Session
) -> None:
    assert proconnect.come_back(ANNE, "mfa").json["opened"]
    assert chief.post(f"/staff/{member.id}/second-factor-reset", reason="Perdu").status_code == 204
    answer = proconnect.come_back(ANNE, "mfa").json
    assert (answer["opened"], answer["asks_code"]) == (None, False)


def test_who_is_given_another_second_factor_while_giving_a_code_does_not_come_in(
    proconnect: SignIns, chief: Session, member: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = proconnect.come_back(ANNE, "pwd").json
    confirm = second_factor.confirm_code

    def confirm_meanwhile(staff_id: str, code: str, *, at_log_in: bool = False) -> None:
        confirm(staff_id, code, at_log_in=at_log_in)
        if staff_id == member.id:
            assert chief.post(f"/staff/{member.id}/second-factor-reset", reason="Perdu").status_code == 204

    monkeypatch.setattr(second_factor, "confirm_code", confirm_meanwhile)
    said = refused(proconnect.accounts.try_log_in("", "", identity=asked["identity"], code=member.code()))
    assert "n'ouvre aucun compte" in said


def test_a_disabled_member_does_not_come_in_by_proconnect(proconnect: SignIns, chief: Session, member: Session) -> None:
    chief.post(f"/staff/{member.id}/disable", reason="Départ")
    assert problem_slug(proconnect.come_back(ANNE, "mfa")) == "compte-desactive"


def test_each_provider_is_for_its_own_people(accounts: RunningAccounts, proconnect: SignIns) -> None:
    email = accounts.activate_new_account(**ANGELA)
    identity = proconnect.identity_of(person())
    assert "trop longtemps" in refused(accounts.try_log_in(email, PASSWORD, identity=identity))
    assert not accounts.stored(ProviderIdentity)


# -- hostile answers ---------------------------------------------------------------------------------------------------


def compact(header: dict[str, Any], claims: dict[str, Any], signature: Callable[[bytes], bytes]) -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    return (signed + b"." + urlsafe_b64encode(signature(signed)).rstrip(b"=")).decode()


def standard(provider: DemonstrationProvider, claims: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": provider.issuer, "aud": "portail", "iat": now, "exp": now + 60, **claims}


def claiming(provider: DemonstrationProvider, **changes: Any) -> None:
    """Its id tokens say something else."""
    signed = provider.signed
    provider.signed = lambda claims: signed({**claims, **(changes if "nonce" in claims else {})})  # type: ignore[method-assign]


def unsigned(provider: DemonstrationProvider) -> None:
    provider.signed = lambda claims: compact({"alg": "none"}, standard(provider, claims), lambda _: b"")  # type: ignore[method-assign]


def by_its_public_key(provider: DemonstrationProvider) -> None:
    """HS256, with what anybody knows as the secret."""
    public, header = provider.key.as_pem(private=False), {"alg": "HS256", "kid": provider.key.kid}

    def signature(text: bytes) -> bytes:
        return hmac.digest(public, text, hashlib.sha256)

    provider.signed = lambda claims: compact(header, standard(provider, claims), signature)  # type: ignore[method-assign]


def by_another_key(provider: DemonstrationProvider) -> None:
    other = DemonstrationProvider(provider.name, provider.issuer, provider.redirect_uri)
    other.key = ECKey.generate_key("P-256", {"kid": str(provider.key.kid)})
    provider.signed = other.signed  # type: ignore[method-assign]


def of_another_person(provider: DemonstrationProvider) -> None:
    userinfo = provider.signed
    provider.userinfo = lambda access_token: userinfo({**person(), "sub": "somebody else"})  # type: ignore[method-assign]


def unsigned_person(provider: DemonstrationProvider) -> None:
    provider.userinfo = lambda access_token: json.dumps(person())  # type: ignore[method-assign]


HOSTILE: dict[str, Callable[[DemonstrationProvider], None]] = {
    "wrong nonce": lambda provider: claiming(provider, nonce="another"),
    "other audience": lambda provider: claiming(provider, aud="another"),
    "other audience, ours as authorized party": lambda provider: claiming(provider, aud="another", azp="portail"),
    "other authorized party": lambda provider: claiming(provider, azp="another"),
    "other issuer": lambda provider: claiming(provider, iss="http://another"),
    "expired": lambda provider: claiming(provider, exp=int(time.time()) - 60),
    "no end": lambda provider: claiming(provider, exp=None),
    "no subject": lambda provider: claiming(provider, sub=None),
    "unsigned": unsigned,
    "signed by the public key": by_its_public_key,
    "signed by another key": by_another_key,
    "another person": of_another_person,
    "unsigned person": unsigned_person,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_verified_identifies_nobody(
    accounts: RunningAccounts, franceconnect: SignIns, hostile: Callable[[DemonstrationProvider], None]
) -> None:
    hostile(franceconnect.provider)
    said = refused(franceconnect.come_back(person()))
    assert said.startswith("La réponse de FranceConnect n'a pas pu être vérifiée")
    assert "votre mot de passe" in said
    assert not accounts.stored(LoginSession, ProviderIdentity)


def test_another_issuers_configuration_is_refused(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    configuration = franceconnect.provider.configuration()
    franceconnect.provider.configuration = lambda: {**configuration, "issuer": "http://another"}  # type: ignore
    refused(accounts.post("/sign-ins", provider="franceconnect"))


def test_a_code_serves_once(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    codes: list[str] = []
    tokens = franceconnect.provider.tokens
    franceconnect.provider.tokens = lambda form: codes.append(form["code"]) or tokens(form)  # type: ignore
    assert franceconnect.come_back(person()).status_code == 200
    refused(franceconnect.come_back(person(), code=codes[0]))


def test_what_another_browser_began_is_refused(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    other = accounts.post("/sign-ins", provider="franceconnect").json or {}
    pro = accounts.post("/sign-ins", provider="proconnect").json or {}
    for brought in (
        {"attempt": other["attempt"]},
        {"attempt": pro["attempt"]},
        {"attempt": ""},
        {"state": ""},
        {"state": "é"},
    ):
        said = refused(franceconnect.come_back(person(), **brought))
        assert "dans un autre navigateur" in said


def test_who_gave_up_or_comes_from_another_provider_reads_what_to_do(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    assert "n'a pas abouti" in refused(franceconnect.come_back(person(), code=""))
    refused(franceconnect.come_back(person(), issuer="http://another"))


def test_a_new_key_of_the_provider_is_taken(accounts: RunningAccounts, franceconnect: SignIns) -> None:
    assert franceconnect.come_back(person()).status_code == 200
    franceconnect.provider.key = ECKey.generate_key("P-256", {"kid": "new", "use": "sig", "alg": "ES256"})
    assert franceconnect.come_back(person()).status_code == 200


def test_an_identity_is_joined_within_its_time_and_by_this_portal_alone(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    email = accounts.activate_new_account(**ANGELA)
    franceconnect.identity_of(person())
    assert "trop longtemps" in refused(accounts.try_log_in(email, PASSWORD, identity="forged"))


def test_a_provider_that_hangs_is_waited_for_so_long_and_holds_few(
    accounts: RunningAccounts, franceconnect: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounts.clients.identity_provider.PROVIDER_SECONDS", 0.3)
    released = threading.Event()
    franceconnect.provider.tokens = lambda form: released.wait(PROVIDER_SECONDS) or {}  # type: ignore
    begun = time.monotonic()
    answer = franceconnect.come_back(person())
    assert (answer.status_code, time.monotonic() - begun < PROVIDER_SECONDS / 2) == (503, True)
    assert "identifiez-vous avec votre mot de passe" in answer.json["detail"]
    released.set()
    vars(franceconnect.provider).pop("tokens")
    assert franceconnect.come_back(person()).status_code == 200
