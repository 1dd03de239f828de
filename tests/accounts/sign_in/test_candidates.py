"""FranceConnect: whose account an identity opens, how it is joined to one, and acts confirmed by
signing in anew."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from services.accounts.models import Account, LoginSession, ProviderIdentity, db
from services.accounts.operations.confirmations import CONFIRMATION_LIFETIME
from services.accounts.queries import personal_data
from services.clock import system_now
from tests.accounts.creation_form import EMAIL, PASSWORD, creation_form
from tests.accounts.running_accounts import RunningAccounts, problem_slug
from tests.accounts.sign_in.conftest import ANGELA, SignIns, refused
from tests.support.identity_providers import person


def test_a_first_sign_in_fills_the_civil_status_and_the_next_ones_open_the_account(
    franceconnect: SignIns,
) -> None:
    accounts = franceconnect.accounts
    angela = person()
    identity = franceconnect.identity_of(angela)
    form = accounts.post("/forms/account", values={}, identity=identity).json or {}
    shown = {field["name"]: field for section in form["sections"] for field in section["fields"]}
    typed = [name for name, field in shown.items() if not field.get("disabled")]
    assert typed == ["nom_usage", "email", "email_confirmation"]
    assert shown["nom_famille"]["hint"] == "Certifié par FranceConnect"
    account = franceconnect.create(angela, nom_famille="Imposteur", date_naissance="01/01/2000")
    assert (account.nom_famille, str(account.date_naissance), account.civilite) == (
        "DUBOIS",
        "1999-08-24",
        "MADAME",
    )
    assert (account.departement_naissance, account.commune_naissance) == (
        "075",
        "PARIS 7E ARRONDISSEMENT",
    )
    opened = franceconnect.open(angela)
    assert opened["subject"] == account.id
    own = accounts.call("GET", "/me", opened["access_token"]).json or {}
    assert own["editable"] == "contact_only"
    assert "certifié par FranceConnect" in own["form"]["sections"][0]["notice"]
    changed = accounts.call(
        "PUT", "/me", opened["access_token"], values={**creation_form(), "version": "1"}
    )
    assert problem_slug(changed) == "conflit"
    deleted = accounts.call("POST", "/me/deletion", opened["access_token"], current_password="")
    assert "demandez-en un par « Mot de passe oublié »" in deleted.json["errors"][0]["detail"]


def test_what_the_provider_does_not_know_is_typed_and_not_certified(franceconnect: SignIns) -> None:
    karim = person(birthplace="", birthcountry="99352", gender="male", preferred_username="Martin")
    identity = franceconnect.identity_of(karim)
    without = franceconnect.accounts.post(
        "/accounts", values={"email": karim["email"]}, identity=identity
    )
    assert {error["pointer"] for error in without.json["errors"]} == {
        "#/ville_naissance",
        "#/email_confirmation",
    }
    account = franceconnect.create(karim, ville_naissance="Oran")
    assert (account.pays_naissance, account.commune_naissance, account.nom_usage) == (
        "352",
        "ORAN",
        "Martin",
    )
    day = dict.fromkeys(("date_naissance", "date_naissance_confirmation"), "24/08/1999")
    account = franceconnect.create(person(birthdate="1999"), **day)
    assert (account.nom_famille, account.certified_by) == ("DUBOIS", None)


def test_an_account_is_joined_by_its_password_alone(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    email = accounts.activate_new_account(**ANGELA)
    angela = person(email="another@portail.example")
    identity = franceconnect.identity_of(angela)
    for password, said in (("not hers", "identification-refusee"), ("", "saisie-invalide")):
        assert problem_slug(accounts.try_log_in(email, password, identity=identity)) == said
        assert franceconnect.identity_of(angela)
    assert "trop longtemps" in refused(accounts.try_log_in(email, PASSWORD, identity="forged"))
    assert accounts.try_log_in(email, PASSWORD, identity=identity).status_code == 201
    [account] = accounts.stored(Account)
    assert franceconnect.open(angela)["subject"] == account.id
    assert accounts.try_log_in(email, PASSWORD).status_code == 201, "the password stays a way in"


def test_somebody_elses_address_gives_nobody_their_account(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    victim = accounts.activate_new_account()
    attacker = person(email=victim, email_verified=True)
    franceconnect.ask_account(attacker)
    accounts.send_mails()
    assert len(accounts.stored(Account)) == 1, "its owner is told, no account is made"
    identity = franceconnect.identity_of(attacker)
    answer = accounts.try_log_in(victim, PASSWORD, identity=identity)
    assert (answer.status_code, problem_slug(answer)) == (409, "conflit"), (
        "even by its password: another civil status"
    )
    assert not accounts.stored(ProviderIdentity)


def test_a_mail_address_that_nobody_has_proven_opens_nothing(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    angela = person()
    franceconnect.ask_account(angela)
    assert franceconnect.identity_of(angela)
    for password in ("", " "):
        assert accounts.try_log_in(angela["email"], password).status_code in (401, 422)
    assert len(accounts.stored(ProviderIdentity)) == 1
    accounts.advance_clock(days=3)
    accounts.run_job("erase-not-activated")
    assert not accounts.stored(Account, ProviderIdentity)


def test_a_sub_that_changes_is_another_identity(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    angela = person()
    account = franceconnect.create(angela)
    changed = {**angela, "sub": "changed"}
    identity = franceconnect.identity_of(changed)
    accounts.post("/password-resets", email=angela["email"])
    reset = {"password": PASSWORD, "password_confirmation": PASSWORD}
    token = accounts.newest_token(angela["email"], "mot de passe")
    assert accounts.post("/password-resets/complete", token=token, **reset).status_code == 204
    assert accounts.try_log_in(angela["email"], PASSWORD, identity=identity).status_code == 201
    for who in (angela, changed):
        assert franceconnect.open(who)["subject"] == account.id


def test_an_identity_opens_no_account_once_of_another_status(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    """Who learnt a password once gives the account their own civil status, joins it, and gives the
    old one back."""
    login = accounts.log_in_new_candidate()
    identity = franceconnect.identity_of(person())
    for version, status in (("1", ANGELA), ("2", {})):
        values = {**creation_form(**status, password=""), "version": version}
        if not status:
            assert accounts.try_log_in(EMAIL, PASSWORD, identity=identity).status_code == 201
        assert accounts.call("PUT", "/me", login["access_token"], values=values).status_code == 200
    assert franceconnect.identity_of(person())
    assert not accounts.stored(ProviderIdentity)


def test_two_accounts_of_one_identity_are_never_made(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
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


def test_the_copy_of_ones_data_says_by_whom_one_signs_in_and_logging_out_leads_there(
    franceconnect: SignIns,
) -> None:
    accounts = franceconnect.accounts
    angela = person()
    account = franceconnect.create(angela)
    opened = franceconnect.open(angela)
    [identity] = accounts.stored(ProviderIdentity)
    with accounts.app.app_context():
        items = [item for held in personal_data.part(account.id).held for item in held.items]
    told = {(item.title, fact.value) for item in items for fact in item.facts}
    assert {("Identité FranceConnect", identity.sub), ("Connexion", "FranceConnect")} <= told
    accounts.post("/sessions/end", session=opened["session"])
    address = accounts.post("/sign-ins/ends", session=opened["session"]).json["address"]
    assert address.startswith(f"{franceconnect.provider.issuer}/end?id_token_hint=ey")
    assert "&post_logout_redirect_uri=http%3A%2F%2Fportail.example%2F" in address
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=opened["session"]))
        == "session-expiree"
    )
    [row] = [row for row in accounts.stored(LoginSession) if row.provider]
    assert "ey" not in (row.id_token_sealed or "")[:2]


def test_a_log_out_whose_token_no_key_opens_any_more_leads_nowhere(
    franceconnect: SignIns,
) -> None:
    accounts = franceconnect.accounts
    angela = person()
    franceconnect.create(angela)
    opened = franceconnect.open(angela)
    accounts.post("/sessions/end", session=opened["session"])
    with accounts.app.app_context(), db.operation() as transaction:
        for row in transaction.query(LoginSession):
            row.id_token_sealed = "sealed with a key that was dropped"
    answer = accounts.post("/sign-ins/ends", session=opened["session"])
    assert (answer.status_code, answer.json) == (200, {"address": None})


ACT = "ab" * 32
OTHER_ACT = "cd" * 32


@dataclass
class SignedIn:
    """Angela, in the session of an account without a password."""

    by: SignIns
    who: dict[str, Any]

    def __post_init__(self) -> None:
        self.by.create(self.who)
        self.opened = self.by.open(self.who)
        self.session = str(self.opened["session"])

    def confirm(self, act: str = ACT, who: dict[str, Any] | None = None) -> TestResponse:
        """Sign in anew for an act, as this person."""
        leaving = {"act": act, "session": self.session}
        return self.by.come_back(who or self.who, leaving=leaving, session=self.session)

    def prove(
        self, digest: str = ACT, opened: dict[str, Any] | None = None, **given: str
    ) -> TestResponse:
        """That the act was confirmed: by this session, unless another is given."""
        opened = opened or self.opened
        sent = {"current_password": "", "digest": digest, "session": opened["session"], **given}
        return self.by.accounts.call("POST", "/me/password-proof", opened["access_token"], **sent)


@pytest.fixture
def angela(franceconnect: SignIns) -> SignedIn:
    return SignedIn(franceconnect, person())


def test_a_sign_in_anew_confirms_one_act_once(accounts: RunningAccounts, angela: SignedIn) -> None:
    begun = (
        accounts.post("/sign-ins", provider="franceconnect", act=ACT, session=angela.session).json
        or {}
    )
    assert {"prompt=login", "max_age=0"} <= set(begun["address"].partition("?")[2].split("&"))
    assert problem_slug(angela.prove()) == "saisie-invalide"
    answer = angela.confirm()
    assert (answer.json["confirmed"], answer.json["opened"]) == (True, None)
    assert angela.prove(OTHER_ACT).status_code == 422
    assert angela.prove().status_code == 200
    again = angela.prove()
    assert (again.status_code, "a déjà servi" in again.json["errors"][0]["detail"]) == (422, True)


def test_a_confirmation_is_of_one_session_and_of_some_minutes(
    accounts: RunningAccounts, angela: SignedIn
) -> None:
    assert angela.confirm().json["confirmed"]
    assert angela.prove(opened=angela.by.open(angela.who)).status_code == 422
    stranger = accounts.log_in_new_candidate()
    assert angela.prove(opened=stranger, session=angela.session).status_code == 422, (
        "of the account's owner alone"
    )
    with accounts.app.app_context(), db.operation() as transaction:
        transaction.execute(
            update(LoginSession).values(confirmed_at=system_now() - CONFIRMATION_LIFETIME)
        )
    assert angela.prove().status_code == 422
    assert angela.confirm().json["confirmed"]
    accounts.post("/sessions/end", session=angela.session)
    assert angela.prove().status_code == 422
    assert problem_slug(angela.confirm()) == "session-expiree"


@pytest.mark.parametrize(
    ("path", "act"), [("copies", "copy"), ("erasure", "erasure"), ("deletion", "deletion")]
)
def test_what_asks_for_the_password_takes_a_confirmation_of_itself_alone(
    angela: SignedIn, path: str, act: str
) -> None:
    for confirmed, is_done in (("another", False), (act, True)):
        assert angela.confirm(confirmed).json["confirmed"]
        sent = {"current_password": "", "session": angela.session}
        answer = angela.by.accounts.call(
            "POST", f"/me/{path}", angela.opened["access_token"], **sent
        )
        assert (answer.status_code < 300) is is_done, answer.json


def test_nobody_else_confirms(franceconnect: SignIns, angela: SignedIn) -> None:
    namesake = person()
    franceconnect.create(namesake)
    for who in (person(), {**angela.who, "sub": "changed"}, namesake):
        assert "n'est pas celle qui ouvre" in refused(angela.confirm(who=who))
    other = franceconnect.open(angela.who)
    leaving = {"act": ACT, "session": angela.session}
    refused(franceconnect.come_back(angela.who, leaving=leaving, session=other["session"]))
    assert franceconnect.come_back(angela.who, session=angela.session).json["opened"], (
        "a sign-in confirms nothing"
    )
    for each in (angela.opened, other):
        assert angela.prove(opened=each).status_code == 422


NOW = int(time.time())


@pytest.mark.parametrize(
    "auth_time",
    [None, 0, "now", NOW - 600, NOW + 6000],
    ids=["none", "0", "now", "ten minutes ago", "later"],
)
def test_who_was_signed_in_before_has_not_confirmed(angela: SignedIn, auth_time: Any) -> None:
    angela.by.claim(auth_time=auth_time)
    refused(angela.confirm())
    assert angela.prove().status_code == 422
