"""FranceConnect: whose account an identity opens, and how it is joined to one."""

from dataclasses import replace

from services.accounts.models import Account, LoginSession, ProviderIdentity
from services.accounts.queries import personal_data
from tests.accounts.creation_form import EMAIL, PASSWORD, creation_form
from tests.accounts.running_accounts import RunningAccounts, problem_slug
from tests.accounts.sign_in.sign_ins import ANGELA, SignIns
from tests.support.identity_providers import person


def test_a_first_sign_in_fills_the_civil_status_and_the_next_ones_open_the_account(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    angela = person()
    identity = franceconnect.identity_of(angela)
    form = accounts.post("/forms/account", values={}, identity=identity).json or {}
    shown = {field["name"]: field for section in form["sections"] for field in section["fields"]}
    typed = [name for name, field in shown.items() if not field.get("disabled")]
    assert typed == ["nom_usage", "email", "email_confirmation"]
    assert shown["nom_famille"]["hint"] == "Certifié par FranceConnect"
    franceconnect.create(angela, nom_famille="Imposteur", date_naissance="01/01/2000")
    [account] = [account for account in accounts.stored(Account) if account.email == angela["email"]]
    assert (account.nom_famille, str(account.date_naissance), account.civilite) == ("DUBOIS", "1999-08-24", "MADAME")
    assert (account.departement_naissance, account.commune_naissance) == ("075", "PARIS 7E ARRONDISSEMENT")
    answer = franceconnect.come_back(angela)
    assert answer.json["opened"]["subject"] == account.id
    bearer = answer.json["opened"]["access_token"]
    own = accounts.call("GET", "/me", bearer).json or {}
    assert own["editable"] == "contact_only"
    assert "certifié par FranceConnect" in own["form"]["sections"][0]["notice"]
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


def test_somebody_elses_address_gives_nobody_their_account(accounts: RunningAccounts, franceconnect: SignIns) -> None:
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
    assert len(accounts.stored(ProviderIdentity)) == 1
    accounts.advance_clock(days=3)
    accounts.run_job("erase-not-activated")
    assert not accounts.stored(Account, ProviderIdentity)


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


def test_an_identity_opens_no_account_once_of_another_status(accounts: RunningAccounts, franceconnect: SignIns) -> None:
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


def test_the_copy_of_ones_data_says_by_whom_one_signs_in_and_logging_out_leads_there(
    accounts: RunningAccounts, franceconnect: SignIns
) -> None:
    angela = person()
    account = franceconnect.create(angela)
    opened = franceconnect.come_back(angela).json["opened"]
    [identity] = accounts.stored(ProviderIdentity)
    with accounts.app.app_context():
        items = [item for held in personal_data.part(account).held for item in held.items]
    told = {(item.title, fact.value) for item in items for fact in item.facts}
    assert {("Identité FranceConnect", identity.sub), ("Connexion", "FranceConnect")} <= told
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
