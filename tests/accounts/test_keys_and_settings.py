"""accounts starts on whole settings alone; its keys are rotated without an outage."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from deploy.containers.secret_makers import ed25519_pem
from services.accounts.app import create_app
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.domain.passwords import RECOMMENDED
from services.accounts.models import Account, MailLink, StaffMember, db
from services.accounts.operations import mail_links
from services.accounts.settings import AccountsSettings, ClientSecrets
from services.accounts.signing import IDENTITY_SECONDS, TOKEN_SECONDS
from services.chassis.clock import portal_now
from services.chassis.process.logs import FORBIDDEN
from services.chassis.settings import Secret, SettingsError
from tests.accounts.fake_registrations import FakeRegistrations
from tests.accounts.running_accounts import (
    GATEWAY_SECRET,
    Login,
    RunningAccounts,
    problem_slug,
    refused_fields,
    settings,
)
from tests.accounts.staff_in_session import EMAIL, GESTIONNAIRE, code_of, command_result, run_command
from tests.support.smtp import Mailbox


def environment(**changes: str) -> dict[str, str]:
    made = settings("sqlite://", Path("/nowhere"), registrations_url="http://x", mail_url="file:///x")
    texts = {name.upper(): _text(value) for name, value in vars(made).items() if name != "client_secrets"}
    return {**texts, "CLIENT_SECRETS": '{"gateway": "sixteen characters"}', **changes}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
def test_the_recommended_profile_asks_for_length_alone(migrated_url: str, tmp_path: Path, mailbox: Mailbox) -> None:
    chosen = settings(
        migrated_url, tmp_path, registrations_url="http://x", mail_url=mailbox.url, password_profile=RECOMMENDED.name
    )
    accounts = RunningAccounts(create_app(chosen), mailbox)
    for password, refused in (("Bonjour/2021", True), ("le cheval de mon oncle", False)):
        answer = accounts.create_account(nom_famille="", password=password)
        assert ("password" in refused_fields(answer)) is refused
    assert RECOMMENDED.hint in str(accounts.post("/forms/account", values={}).json)


OLD, NEW = ed25519_pem(), ed25519_pem()
FIRST, SECOND = "a sealing key of before", "a sealing key of after"
Built = Callable[..., RunningAccounts]


@pytest.fixture
def built(migrated_url: str, tmp_path: Path, mailbox: Mailbox, registrations: FakeRegistrations) -> Iterator[Built]:
    """accounts started again on the same database, with other keys each time."""
    started: list[RunningAccounts] = []

    def start(signing: str = OLD, sealing: str = FIRST, **changes: Any) -> RunningAccounts:
        chosen = settings(
            migrated_url, tmp_path, registrations_url=registrations.url, mail_url=mailbox.url,
            signing_key=Secret(signing), sealing_key=Secret(sealing), **changes,
        )  # fmt: skip
        started.append(RunningAccounts(create_app(chosen), mailbox))
        return started[-1]

    yield start
    for accounts in started:
        with accounts.app.app_context():
            db.engine.dispose()


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published_kids(accounts: RunningAccounts) -> list[str]:
    answer = accounts.client.get("/.well-known/jwks.json").json or {}
    return [str(key["kid"]) for key in answer["keys"]]


def can_log_in(accounts: RunningAccounts, staff: dict[str, Any]) -> bool:
    """Whether the staff member logs in with the second factor; codes may be used again here."""
    with accounts.app.app_context(), db.operation() as session:
        session.get_one(StaffMember, staff["id"]).totp_last_step = 0
    code = code_of(staff["totp_secret"])
    return accounts.try_log_in(EMAIL, staff["password"], code=code).status_code == 201


def test_what_the_old_key_signed_is_believed_until_it_is_dropped(built: Built) -> None:
    before = built(OLD)
    token = before.service_token()
    added, promoted, dropped = built(OLD + NEW), built((NEW + OLD).replace("\n", "\\n")), built(NEW)
    assert published_kids(added) == list(reversed(published_kids(promoted)))
    assert kid_of(added.service_token()) == kid_of(token)
    assert kid_of(promoted.service_token()) == published_kids(dropped)[0] != kid_of(token)
    for accounts in (before, added, promoted):
        assert accounts.call("GET", "/forms/account/communes", token).status_code == 200
    assert added.call("GET", "/forms/account/communes", promoted.service_token()).status_code == 200
    assert dropped.call("GET", "/forms/account/communes", token).status_code == 401


def test_second_factors_work_through_the_turn_of_a_sealing_key(built: Built) -> None:
    staff = command_result(built(sealing=FIRST), "create-staff", *GESTIONNAIRE)
    for keys in (f"{FIRST}\n{SECOND}", f"{SECOND}\\n{FIRST}"):
        assert can_log_in(built(sealing=keys), staff)
    turned = built(sealing=f"{SECOND}\n{FIRST}")
    assert command_result(turned, "reseal-secrets") == {"resealed": 1, "unopened": []}
    assert command_result(turned, "reseal-secrets")["resealed"] == 0
    resealed = [entry.after for entry in turned.audit_entries() if entry.action == "second_factors_resealed"]
    assert resealed == [{"resealed": 1}]
    assert can_log_in(built(sealing=SECOND), staff)


def test_second_factors_that_the_signing_key_sealed_are_opened_until_they_are_resealed(built: Built) -> None:
    staff = command_result(built(OLD, sealing=""), "create-staff", *GESTIONNAIRE)
    assert can_log_in(built(NEW + OLD, sealing=""), staff)
    assert can_log_in(built(OLD, sealing=FIRST), staff)
    command_result(built(OLD, sealing=FIRST), "reseal-secrets")
    assert can_log_in(built(NEW, sealing=FIRST), staff)


def test_a_key_that_was_dropped_too_early_is_said_and_costs_nothing_once_it_is_back(built: Built) -> None:
    staff = command_result(built(sealing=FIRST), "create-staff", *GESTIONNAIRE)
    accounts = built(sealing=SECOND)
    asked = accounts.try_log_in(EMAIL, staff["password"], code=code_of(staff["totp_secret"]))
    assert (asked.status_code, problem_slug(asked)) == (403, "second-facteur-illisible")
    code, output = run_command(accounts, "reseal-secrets")
    assert (code, json.loads(output.splitlines()[0])["unopened"]) == (1, [staff["id"]])
    assert json.loads(run_command(accounts, "list-staff")[1])["second_factor"] is False
    back = built(sealing=f"{SECOND}\n{FIRST}")
    assert can_log_in(back, staff)


def test_links_mailed_before_a_turn_work_until_they_end_and_a_mail_repeated_is_the_same(built: Built) -> None:
    def issued(accounts: RunningAccounts) -> str | None:
        with accounts.app.app_context(), db.operation() as session:
            return mail_links.issue(session, Purpose.RESET, "an event", account_id="0" * 32, expires_at=portal_now())

    before = built(sealing=FIRST)
    token = issued(before)
    after = built(sealing=f"{SECOND}\n{FIRST}")
    assert issued(after) == token
    assert len(after.stored(MailLink)) == 1
    before.create_account()
    mailed = before.newest_token("lbinet@ac-rennes.fr", "Activer")
    assert built(sealing=SECOND).post("/activations", token=mailed).status_code == 200


def test_both_secrets_of_a_client_are_accepted_while_it_is_turned(built: Built) -> None:
    new = "the gateway's next secret"
    both = built(client_secrets=ClientSecrets(json.dumps({"gateway": [GATEWAY_SECRET, new]})))
    assert both.service_token(secret=new)
    assert both.service_token(secret=GATEWAY_SECRET)
    only = built(client_secrets=ClientSecrets(json.dumps({"gateway": new})))
    for name, secret in (("gateway", GATEWAY_SECRET), ("gateway", ""), ("gateway", "é"), ("inconnu", new)):
        refused = only.client.post("/v1/tokens", json={"client_id": name, "client_secret": secret})
        assert (refused.status_code, problem_slug(refused)) == (401, "service-refuse"), (name, secret)


def test_tokens_are_verified_with_the_published_key_live_a_short_time_and_have_one_use(
    accounts: RunningAccounts, login: Login
) -> None:
    published = accounts.client.get("/.well-known/jwks.json").json
    token = login["access_token"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(key for key in jwt.PyJWKSet.from_dict(published or {}).keys if key.key_id == kid)
    claims = jwt.decode(token, key.key, algorithms=["EdDSA"], audience="portail", issuer="accounts")
    assert claims["exp"] - claims["iat"] <= TOKEN_SECONDS
    assert (claims["kind"], claims["azp"]) == ("candidate", "gateway")
    assert "d" not in (published or {})["keys"][0]
    assertion = accounts.call("GET", "/me/identity", login["access_token"]).json["assertion"]
    claims = jwt.decode(assertion, options={"verify_signature": False})  # an identity: for registrations alone
    assert (claims["aud"], claims["sub"]) == ("registrations", login["subject"])
    assert claims["exp"] - claims["iat"] <= IDENTITY_SECONDS
    assert accounts.call("GET", "/me", assertion).status_code == 401


def test_no_log_line_bears_a_column_of_an_account_that_tells_who_the_candidate_is() -> None:
    """A further column is personal, and in FORBIDDEN, or here."""
    of_many_people = {"id", "civilite", "pays_naissance", "departement_naissance", "commune_hors_liste", "version"}
    of_many_people |= {"certified_by"}
    columns = {column.key for column in Account.__table__.columns if not column.key.endswith("_at")}
    assert columns - FORBIDDEN == of_many_people
