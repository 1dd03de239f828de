"""accounts starts on whole settings alone; its keys are rotated without an outage."""

import json
from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from deploy.containers.secret_makers import ed25519_pem
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.domain.passwords import RECOMMENDED
from services.accounts.models import Account, MailLink, db
from services.accounts.operations import mail_links
from services.accounts.settings import AccountsSettings, ClientSecrets
from services.accounts.signing import IDENTITY_SECONDS, TOKEN_SECONDS
from services.chassis.process.logs import FORBIDDEN
from services.chassis.settings import Secret, SettingsError
from services.clock import portal_now
from tests.accounts import running_accounts
from tests.accounts.running_accounts import (
    Login,
    RunningAccounts,
    Start,
    claims_of,
    problem_slug,
    refused_fields,
)
from tests.accounts.staff_in_session import Session, created


def environment(**changes: str) -> dict[str, str]:
    made = vars(running_accounts.settings("sqlite://", Path("/nowhere")))
    texts = {name.upper(): value for name, value in made.items() if isinstance(value, str)}
    return {**texts, "CLIENT_SECRETS": '{"gateway": "sixteen characters"}', **changes}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_KEY", "no key"),
        ("CLIENT_SECRETS", '{"gateway": "short"}'),
        ("CLIENT_SECRETS", "[]"),
        ("CLIENT_SECRETS", '{"gateway": []}'),
        ("CLIENT_SECRETS", '{"gateway": ["sixteen characters", "short"]}'),
        ("CLIENT_SECRETS", "{"),
        ("PASSWORD_PROFILE", "strict"),
        ("SESSION_IDLE_SECONDS", "0"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        AccountsSettings.read(environment(**{name: value}))


def test_secrets_do_not_show_in_a_trace() -> None:
    shown = repr(AccountsSettings.read(environment()))
    for secret in ("sixteen characters", "PRIVATE KEY"):
        assert secret not in shown


@pytest.mark.engines("sqlite")  # passwords know no database
def test_the_recommended_profile_asks_for_length_alone(start: Start) -> None:
    accounts = start(password_profile=RECOMMENDED.name)
    for password, refused in (("Bonjour/2021", True), ("le cheval de mon oncle", False)):
        answer = accounts.create_account(nom_famille="", password=password)
        assert ("password" in refused_fields(answer)) is refused
    assert RECOMMENDED.hint in str(accounts.post("/forms/account", values={}).json)


OLD = Secret(ed25519_pem())
NEW = Secret(ed25519_pem())
FIRST = Secret("a sealing key of before")
SECOND = Secret("a sealing key of after")


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published_kids(accounts: RunningAccounts) -> list[str]:
    answer = accounts.client.get("/.well-known/jwks.json").json or {}
    return [str(key["kid"]) for key in answer["keys"]]


def can_log_in(member: Session, accounts: RunningAccounts) -> bool:
    return replace(member, accounts=accounts).log_in().status_code == 201


def test_what_the_old_key_signed_is_believed_until_it_is_dropped(start: Start) -> None:
    before = start(signing_key=OLD)
    token = before.service_token()
    both = Secret(OLD + NEW)
    turned = Secret((NEW + OLD).replace("\n", "\\n"))
    added, promoted, dropped = (start(signing_key=key) for key in (both, turned, NEW))
    assert published_kids(added) == list(reversed(published_kids(promoted)))
    assert kid_of(added.service_token()) == kid_of(token)
    assert kid_of(promoted.service_token()) == published_kids(dropped)[0] != kid_of(token)
    for accounts in (before, added, promoted):
        assert accounts.call("GET", "/forms/account/communes", token).status_code == 200
    assert added.call("GET", "/forms/account/communes", promoted.service_token()).status_code == 200
    assert dropped.call("GET", "/forms/account/communes", token).status_code == 401


def test_second_factors_work_through_the_turn_of_a_sealing_key(start: Start) -> None:
    staff = created(start(sealing_key=FIRST))
    for keys in (f"{FIRST}\n{SECOND}", f"{SECOND}\\n{FIRST}"):
        assert can_log_in(staff, start(sealing_key=Secret(keys)))
    turned = start(sealing_key=Secret(f"{SECOND}\n{FIRST}"))
    assert turned.command_result("reseal-secrets") == {"resealed": 1, "unopened": []}
    assert turned.command_result("reseal-secrets")["resealed"] == 0
    resealed = [
        entry.after for entry in turned.audit_entries() if entry.action == "second_factors_resealed"
    ]
    assert resealed == [{"resealed": 1}]
    assert can_log_in(staff, start(sealing_key=SECOND))


def test_second_factors_that_the_signing_key_sealed_are_opened_until_they_are_resealed(
    start: Start,
) -> None:
    staff = created(start(signing_key=OLD))
    assert can_log_in(staff, start(signing_key=Secret(NEW + OLD)))
    sealing = start(signing_key=OLD, sealing_key=FIRST)
    assert can_log_in(staff, sealing)
    sealing.command_result("reseal-secrets")
    assert can_log_in(staff, start(signing_key=NEW, sealing_key=FIRST))


def test_a_key_that_was_dropped_too_early_is_said_and_costs_nothing_once_it_is_back(
    start: Start,
) -> None:
    staff = created(start(sealing_key=FIRST))
    accounts = start(sealing_key=SECOND)
    asked = replace(staff, accounts=accounts).log_in()
    assert (asked.status_code, problem_slug(asked)) == (403, "second-facteur-illisible")
    code, output = accounts.run_command("reseal-secrets")
    assert (code, json.loads(output.splitlines()[0])["unopened"]) == (1, [staff.id])
    assert json.loads(accounts.run_command("list-staff")[1])["second_factor"] is False
    assert can_log_in(staff, start(sealing_key=Secret(f"{SECOND}\n{FIRST}")))


def test_links_mailed_before_a_turn_work_until_they_end_and_a_mail_repeated_is_the_same(
    start: Start,
) -> None:
    def issued(accounts: RunningAccounts) -> str | None:
        with accounts.app.app_context(), db.operation() as transaction:
            return mail_links.issue(
                transaction, Purpose.RESET, "an event", account_id="0" * 32, expires_at=portal_now()
            )

    before = start(sealing_key=FIRST)
    after = start(sealing_key=Secret(f"{SECOND}\n{FIRST}"))
    assert issued(before) == issued(after)
    assert len(after.stored(MailLink)) == 1
    before.create_account()
    mailed = before.newest_token("lbinet@ac-rennes.fr", "Activer")
    assert start(sealing_key=SECOND).post("/activations", token=mailed).status_code == 200


def test_both_secrets_of_a_client_are_accepted_while_it_is_turned(start: Start) -> None:
    old = running_accounts.GATEWAY_SECRET
    new = "the gateway's next secret"
    both = start(client_secrets=ClientSecrets(json.dumps({"gateway": [old, new]})))
    assert both.service_token(new)
    assert both.service_token(old)
    only = start(client_secrets=ClientSecrets(json.dumps({"gateway": new})))
    for name, secret in (("gateway", old), ("gateway", ""), ("gateway", "é"), ("inconnu", new)):
        refused = only.client.post("/v1/tokens", json={"client_id": name, "client_secret": secret})
        assert (refused.status_code, problem_slug(refused)) == (401, "service-refuse"), (
            name,
            secret,
        )


def test_tokens_are_verified_with_the_published_key_live_a_short_time_and_have_one_use(
    login: Login,
) -> None:
    published = login.accounts.client.get("/.well-known/jwks.json").json
    token = login["access_token"]
    key = next(
        key for key in jwt.PyJWKSet.from_dict(published or {}).keys if key.key_id == kid_of(token)
    )
    claims = jwt.decode(token, key.key, algorithms=["EdDSA"], audience="portail", issuer="accounts")
    assert claims["exp"] - claims["iat"] <= TOKEN_SECONDS
    assert (claims["kind"], claims["azp"]) == ("candidate", "gateway")
    assert "d" not in (published or {})["keys"][0]
    assertion = login.call("GET", "/me/identity").json["assertion"]
    claims = claims_of(assertion)  # an identity: for registrations alone
    assert (claims["aud"], claims["sub"]) == ("registrations", login["subject"])
    assert claims["exp"] - claims["iat"] <= IDENTITY_SECONDS
    assert login.accounts.call("GET", "/me", assertion).status_code == 401


def test_no_log_line_bears_a_column_of_an_account_that_tells_who_the_candidate_is() -> None:
    """A further column is personal, and in FORBIDDEN, or here."""
    of_many_people = {
        "id",
        "civilite",
        "pays_naissance",
        "departement_naissance",
        "commune_hors_liste",
    }
    columns = {column.key for column in Account.__table__.columns if not column.key.endswith("_at")}
    assert columns - FORBIDDEN == of_many_people | {"version", "certified_by"}
