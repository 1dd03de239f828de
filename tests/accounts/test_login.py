"""Logging in, being slowed, resetting a password, sessions that end everywhere, and a source that
floods the hashing of passwords: it delays neither the others nor what needs none."""

from contextlib import ExitStack
from datetime import timedelta

import pytest

from services import clock
from services.accounts.domain.throttling import ALL_SOURCES, FAILURES_LIFETIME, PER_SOURCE, RESETS
from services.accounts.models import LoginFailures, LoginSession, db
from services.accounts.operations.session_counts import SESSIONS
from services.accounts.operations.sessions import KEPT_AFTER_END
from services.accounts.password_hashing import BUSY, PasswordHasher
from services.accounts.settings import AccountsSettings
from services.accounts.signing import TOKEN_SECONDS
from services.chassis.errors import Unavailable
from services.chassis.process import places
from services.chassis.tasks.gauges import recorded
from services.contracts.account_rules import RESET_LIFETIME
from tests.accounts.creation_form import EMAIL, PASSWORD, creation_form
from tests.accounts.running_accounts import (
    Login,
    RunningAccounts,
    occupy_hashing_turns,
    problem_slug,
    refused_fields,
)
from tests.accounts.staff_in_session import created, logged_in
from tests.support.limit_turns import Recorded

NEW_PASSWORD = "Bonsoir/2021"
NEW = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
IDLE = AccountsSettings.session_idle_seconds
LONGEST = AccountsSettings.session_absolute_seconds
PATIENCE = 90.0  # so long nobody is refused for a machine that is slow
KEPT = KEPT_AFTER_END.total_seconds()


def fail(accounts: RunningAccounts, times: int, **more: str) -> list[int]:
    return [accounts.try_log_in(password="Faux/2021", **more).status_code for _ in range(times)]


def age_failures(accounts: RunningAccounts, seconds: float) -> None:
    """As if the failures lay further back."""
    with accounts.app.app_context(), db.operation() as transaction:
        for row in transaction.query(LoginFailures):
            row.last_at -= timedelta(seconds=seconds)


def test_a_log_in_gives_a_session_whose_token_says_who_it_is(
    accounts: RunningAccounts, login: Login
) -> None:
    shown = {name: login[name] for name in ("kind", "civilite", "nom", "prenoms")}
    assert shown == {
        "kind": "candidate",
        "civilite": "MONSIEUR",
        "nom": "BINET",
        "prenoms": "Laurent",
    }
    assert login["expires_in"] <= TOKEN_SECONDS
    assert login.me()["email"] == EMAIL
    first = clock.portal_now()  # the previous log-in is told, the first time this one
    assert login["previous_login_at"].startswith(first.strftime("%Y-%m-%d"))
    accounts.advance_clock(days=2)
    previous_login = accounts.try_log_in(f" {EMAIL.upper()} ").json["previous_login_at"]
    assert previous_login.startswith(first.strftime("%Y-%m-%d"))


def test_a_provider_that_is_not_set_up_is_not_there(accounts: RunningAccounts) -> None:
    assert accounts.post("/sign-ins", provider="franceconnect").status_code == 404


def test_one_message_for_every_refusal_and_a_source_alone_is_never_locked(
    accounts: RunningAccounts,
) -> None:
    accounts.activate_new_account()
    for number in range(ALL_SOURCES.undelayed + 1):
        assert fail(accounts, 1, email=f"eleve{number}@x.fr") == [401]
    assert accounts.try_log_in().status_code == 201
    wrong = accounts.try_log_in(password="Faux/2021")
    unknown = accounts.try_log_in("inconnu@x.fr")
    for answer in (wrong, unknown):
        assert (answer.status_code, problem_slug(answer)) == (401, "identification-refusee")
    assert wrong.json["detail"] == unknown.json["detail"]


def test_failures_slow_that_account_from_that_source_and_tell_its_owner_once(
    accounts: RunningAccounts,
) -> None:
    accounts.activate_new_account()
    assert fail(accounts, PER_SOURCE.undelayed + 2) == [401] * PER_SOURCE.undelayed + [429] * 2
    slowed = accounts.try_log_in()
    assert (slowed.status_code, problem_slug(slowed)) == (429, "trop-d-essais")
    assert 0 < slowed.json["retry_after"] <= PER_SOURCE.first_delay.total_seconds()
    assert slowed.headers["Retry-After"] == str(slowed.json["retry_after"])
    unknown = fail(accounts, PER_SOURCE.undelayed + 1, email="inconnu@x.fr")
    assert unknown == [401] * PER_SOURCE.undelayed + [429], "alike"
    accounts.send_mails()
    assert [mail.recipients for mail in accounts.mailbox.received] == [[EMAIL]]
    assert len(accounts.mailbox.find(EMAIL, "Tentatives de connexion")) == 1
    age_failures(accounts, PER_SOURCE.first_delay.total_seconds() + 1)
    assert accounts.try_log_in().status_code == 201
    assert fail(accounts, PER_SOURCE.undelayed) == [401] * PER_SOURCE.undelayed


def test_a_browser_that_logged_in_before_is_not_locked_out_by_strangers(
    accounts: RunningAccounts,
) -> None:
    device = accounts.log_in_new_candidate()["device"]
    assert (
        accounts.try_log_in(device="chosen by a stranger").json["device"] != "chosen by a stranger"
    )
    for source in range(ALL_SOURCES.undelayed // PER_SOURCE.undelayed + 1):
        fail(accounts, PER_SOURCE.undelayed, source=f"198.51.100.{source}")
    assert accounts.try_log_in(source="203.0.113.9").status_code == 429
    again = accounts.try_log_in(device=device)
    assert again.status_code == 201
    assert again.json["device"] == device
    own = fail(accounts, PER_SOURCE.undelayed + 1, device=device)
    assert own == [401] * PER_SOURCE.undelayed + [429], "its own failures slow it"


def test_a_log_in_in_two_steps_leaves_no_try_counted(accounts: RunningAccounts) -> None:
    member = created(accounts)
    asked = accounts.try_log_in(member.email, member.password)
    assert problem_slug(asked) == "second-facteur"
    assert member.log_in().status_code == 201
    assert accounts.stored(LoginFailures) == []


def test_asking_for_the_code_again_forgives_no_wrong_code(accounts: RunningAccounts) -> None:
    member = created(accounts)
    statuses = []
    for _ in range(PER_SOURCE.undelayed + 1):
        statuses.append(accounts.try_log_in(member.email, member.password).status_code)
        statuses.append(member.log_in("000000").status_code)
    assert statuses == [403, 401] * PER_SOURCE.undelayed + [429, 429]


def test_a_reset_lifts_the_slowing_sets_the_password_and_ends_every_session(login: Login) -> None:
    accounts = login.accounts
    fail(accounts, PER_SOURCE.undelayed + 1)
    assert accounts.post("/password-resets", email=EMAIL.upper()).status_code == 202
    token = accounts.newest_token(EMAIL, "Réinitialiser")
    refused = accounts.post(
        "/password-resets/complete", token=token, password="court", password_confirmation="autre"
    )
    assert refused_fields(refused) == {"password", "password_confirmation"}
    assert accounts.post("/password-resets/check", token=token).json["state"] == "usable", (
        "whatever was refused"
    )
    assert accounts.post("/password-resets/complete", token=token, **NEW).status_code == 204
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=login["session"]))
        == "session-expiree"
    )
    assert accounts.try_log_in(password=NEW_PASSWORD).status_code == 201
    assert (
        problem_slug(accounts.post("/password-resets/complete", token=token, **NEW))
        == "lien-utilise"
    )
    accounts.post("/password-resets", email=EMAIL)
    token = accounts.newest_token(EMAIL, "Réinitialiser")
    accounts.advance_clock(RESET_LIFETIME)
    assert (
        problem_slug(accounts.post("/password-resets/complete", token=token, **NEW))
        == "lien-expire"
    )


def test_resets_without_end_or_of_an_unknown_address_are_answered_alike(
    accounts: RunningAccounts,
) -> None:
    accounts.activate_new_account()
    for email in [EMAIL] * (RESETS.max_count + 3) + ["inconnu@x.fr"]:
        assert accounts.post("/password-resets", email=email).status_code == 202
    accounts.send_mails()
    assert (
        len(accounts.mailbox.find(EMAIL, "Réinitialiser"))
        == len(accounts.mailbox.received)
        == RESETS.max_count
    )


def test_log_out_ends_the_session_everywhere(accounts: RunningAccounts, login: Login) -> None:
    elsewhere = accounts.try_log_in(source="203.0.113.9").json
    assert accounts.post("/sessions/end", session=login["session"]).status_code == 204
    for session in (login["session"], elsewhere["session"]):
        answer = accounts.post("/sessions/exchange", session=session)
        assert (answer.status_code, problem_slug(answer)) == (401, "session-expiree")
        assert answer.json["subject"] == login["subject"]
    assert accounts.post("/sessions/end", session=login["session"]).status_code == 204
    invented = accounts.post("/sessions/exchange", session="x")
    assert (problem_slug(invented), "subject" in (invented.json or {})) == (
        "session-expiree",
        False,
    )


def test_inactivity_or_a_long_life_ends_a_session_and_not_the_portals_clock(login: Login) -> None:
    accounts = login.accounts
    accounts.advance_clock(days=30)
    accounts.age_sessions(seen=IDLE - 60)
    assert accounts.post("/sessions/exchange", session=login["session"]).status_code == 200
    assert (
        accounts.post("/sessions/exchange", session=login["session"]).json["idle_seconds_left"]
        > IDLE - 60
    )
    accounts.age_sessions(seen=IDLE)
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=login["session"]))
        == "session-expiree"
    )
    active = accounts.try_log_in().json["session"]
    accounts.age_sessions(created=LONGEST)
    assert problem_slug(accounts.post("/sessions/exchange", session=active)) == "session-expiree"


def test_nothing_is_kept_in_the_open_and_failures_not_for_long(
    accounts: RunningAccounts, login: Login
) -> None:
    fail(accounts, 2)
    stored = repr([vars(row) for row in accounts.stored(LoginFailures, LoginSession)])
    for secret in (EMAIL, "192.0.2.1", login["session"], login["device"], PASSWORD):
        assert secret not in stored
    age_failures(accounts, FAILURES_LIFETIME.total_seconds() + 1)
    accounts.run_job("purge")
    assert accounts.stored(LoginFailures) == []


def test_who_is_logged_in_is_counted_by_kind_for_operators(accounts: RunningAccounts) -> None:
    def counted() -> dict[tuple[str, ...], float]:
        accounts.run_job("count-sessions")
        with accounts.app.app_context(), db.reading() as transaction:
            return recorded(transaction, SESSIONS)[0]

    login = accounts.log_in_new_candidate()
    accounts.age_sessions(seen=IDLE)
    accounts.try_log_in()
    accounts.age_sessions(created=LONGEST)
    assert counted() == {("candidate",): 0, ("staff",): 0}
    accounts.try_log_in()
    logged_in(accounts, "chef@dec.example")
    assert counted() == {("candidate",): 1, ("staff",): 1}
    accounts.post("/sessions/end", session=login["session"])
    assert counted() == {("candidate",): 0, ("staff",): 1}


def test_a_session_is_forgotten_a_while_after_its_end(accounts: RunningAccounts) -> None:
    accounts.activate_new_account()
    idle = {"seen": KEPT + IDLE + 1}
    too_long = {"seen": KEPT + 1, "created": KEPT + LONGEST + 1}
    for aged, kept in ((idle, 0), (too_long, 0), ({"seen": KEPT - 60}, 1)):
        assert accounts.try_log_in().status_code == 201
        accounts.age_sessions(**aged)
        accounts.run_job("purge")
        assert len(accounts.stored(LoginSession)) == kept, aged


def test_three_quarters_of_the_threads_are_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "QUEUE_SECONDS", PATIENCE)
    monkeypatch.setenv("THREADS", "16")
    people = Recorded(PasswordHasher(memory_kib=8, passes=1)._limit)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(people.asked("flood"))
        assert (people.limit.taken(), people.refused) == (4, [])
        with pytest.raises(Unavailable), people.limit.place("flood"):
            pass


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """To hash at, for which nobody waits in vain."""
    monkeypatch.setattr(places, "QUEUE_SECONDS", PATIENCE)
    monkeypatch.setenv("THREADS", "4")


@pytest.mark.usefixtures("one_place")
def test_a_full_queue_is_said_at_once_and_counts_as_no_try(
    accounts: RunningAccounts, login: Login
) -> None:
    changed = creation_form(prenoms="Autre", password="Bouleau/2023", current_password=PASSWORD)
    with occupy_hashing_turns(accounts.app):
        for answer in (
            accounts.try_log_in(),
            accounts.try_log_in(password="Faux/2021"),
            accounts.create_account(email="autre@x.fr"),
            login.call("PUT", "/me", values=changed),
        ):
            assert (answer.status_code, answer.json["detail"], answer.json["nothing_done"]) == (
                503,
                BUSY,
                True,
            )
            assert int(answer.headers["Retry-After"]) > 0
        assert accounts.post("/sessions/exchange", session=login["session"]).status_code == 200
        assert accounts.client.get("/.well-known/jwks.json").status_code == 200
    assert accounts.stored(LoginFailures) == []
    assert accounts.try_log_in().json["prenoms"] == "Laurent"
