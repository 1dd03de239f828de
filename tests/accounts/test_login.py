"""Logging in, being slowed, resetting a password, and sessions that end everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.jobs import jobs
from services.accounts.models import LoginFailures, LoginSession, db
from services.accounts.operations import limits
from services.chassis import clock
from services.chassis.clock import system_now
from tests.accounts.house import House, pointers, slug
from tests.accounts.people import PASSWORD

EMAIL = "lbinet@ac-rennes.fr"
NEW_PASSWORD = "Bonsoir/2021"


def fail(house: House, times: int, **more: str) -> list[int]:
    return [house.try_log_in(password="Faux/2021", **more).status_code for _ in range(times)]


def age_failures(house: House, seconds: float) -> None:
    """As if the failures lay further back."""
    with house.app.app_context(), db.operation() as session:
        for row in session.query(LoginFailures):
            row.last_at -= timedelta(seconds=seconds)


def age_sessions(house: House, *, seen: float = 0, created: float = 0) -> None:
    with house.app.app_context(), db.operation() as session:
        for row in session.query(LoginSession):
            row.last_seen_at -= timedelta(seconds=seen)
            row.created_at -= timedelta(seconds=created)


def test_a_log_in_gives_a_session_whose_token_says_who_it_is(house: House) -> None:
    held = house.logged_in()
    assert (held["kind"], held["civilite"], held["nom"], held["prenoms"]) == (
        "candidate",
        "MONSIEUR",
        "BINET",
        "Laurent",
    )
    assert held["expires_in"] <= 60
    assert house.call("GET", "/me", held["access_token"]).json["email"] == EMAIL


def test_the_previous_log_in_is_told_and_the_first_time_this_one(house: House) -> None:
    held = house.logged_in()
    first = clock.portal_now()
    assert held["previous_login_at"].startswith(first.strftime("%Y-%m-%d"))
    house.later(days=2)
    told = house.try_log_in().json["previous_login_at"]
    assert told.startswith(first.strftime("%Y-%m-%d"))


@pytest.mark.parametrize("email", [EMAIL.upper(), f" {EMAIL} "])
def test_the_case_of_the_address_does_not_count(house: House, email: str) -> None:
    house.activated()
    assert house.try_log_in(email).status_code == 201


def test_one_message_for_every_refusal(house: House) -> None:
    house.activated()
    wrong, unknown = house.try_log_in(password="Faux/2021"), house.try_log_in("inconnu@x.fr")
    for answer in (wrong, unknown):
        assert (answer.status_code, slug(answer)) == (401, "identification-refusee")
    assert wrong.json["detail"] == unknown.json["detail"]


def test_a_not_activated_account_is_told_so_only_after_the_right_password(house: House) -> None:
    house.create()
    assert slug(house.try_log_in(password="Faux/2021")) == "identification-refusee"
    assert slug(house.try_log_in()) == "compte-non-active"


def test_failures_slow_that_account_from_that_source_and_tell_its_owner_once(house: House) -> None:
    house.activated()
    assert fail(house, 7) == [401] * 5 + [429] * 2
    slowed = house.try_log_in()
    assert (slowed.status_code, slug(slowed)) == (429, "trop-d-essais")
    assert 0 < slowed.json["retry_after"] <= 30
    assert slowed.headers["Retry-After"] == str(slowed.json["retry_after"])
    house.deliver()
    assert len(house.mailbox.find(EMAIL, "Tentatives de connexion")) == 1
    age_failures(house, 31)
    assert house.try_log_in().status_code == 201
    assert fail(house, 5) == [401] * 5


def test_an_unknown_address_is_slowed_alike(house: House) -> None:
    assert fail(house, 6, email="inconnu@x.fr") == [401] * 5 + [429]
    house.deliver()
    assert house.mailbox.received == []


def test_a_source_alone_is_never_locked(house: House) -> None:
    house.activated()
    for number in range(20):
        assert fail(house, 1, email=f"eleve{number}@x.fr") == [401]
    assert house.try_log_in().status_code == 201


def test_a_browser_that_logged_in_before_is_not_locked_out_by_strangers(house: House) -> None:
    device = house.logged_in()["device"]
    for source in range(8):
        fail(house, 5, source=f"198.51.100.{source}")
    assert house.try_log_in(source="203.0.113.9").status_code == 429
    again = house.try_log_in(device=device)
    assert again.status_code == 201
    assert again.json["device"] == device


def test_a_browser_cannot_name_itself(house: House) -> None:
    house.activated()
    assert house.try_log_in(device="chosen by a stranger").json["device"] != "chosen by a stranger"


def test_a_known_browser_is_slowed_by_its_own_failures(house: House) -> None:
    device = house.logged_in()["device"]
    assert fail(house, 6, device=device) == [401] * 5 + [429]


def test_a_reset_lifts_the_slowing_sets_the_password_and_ends_every_session(house: House) -> None:
    held = house.logged_in()
    fail(house, 6)
    assert house.post("/password-resets", email=EMAIL.upper()).status_code == 202
    token = house.newest_token(EMAIL, "Réinitialiser")
    assert house.post("/password-resets/check", token=token).json["state"] == "usable"
    new = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
    assert house.post("/password-resets/complete", token=token, **new).status_code == 204
    assert slug(house.post("/sessions/exchange", session=held["session"])) == "session-expiree"
    assert house.try_log_in(password=NEW_PASSWORD).status_code == 201
    assert slug(house.post("/password-resets/complete", token=token, **new)) == "lien-utilise"


def test_a_password_refused_leaves_the_reset_link_usable(house: House) -> None:
    house.activated()
    house.post("/password-resets", email=EMAIL)
    token = house.newest_token(EMAIL, "Réinitialiser")
    refused = house.post("/password-resets/complete", token=token, password="court", password_confirmation="autre")
    assert pointers(refused) == {"password", "password_confirmation"}
    assert house.post("/password-resets/check", token=token).json["state"] == "usable"


def test_a_reset_link_lives_an_hour(house: House) -> None:
    house.activated()
    house.post("/password-resets", email=EMAIL)
    token = house.newest_token(EMAIL, "Réinitialiser")
    house.later(hours=1)
    new = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
    assert slug(house.post("/password-resets/complete", token=token, **new)) == "lien-expire"


def test_a_reset_for_an_unknown_address_answers_alike_and_sends_nothing(house: House) -> None:
    assert house.post("/password-resets", email="inconnu@x.fr").status_code == 202
    house.deliver()
    assert house.mailbox.received == []


def test_resets_asked_for_without_end_send_no_more_mails(house: House) -> None:
    house.activated()
    for _ in range(8):
        assert house.post("/password-resets", email=EMAIL).status_code == 202
    house.deliver()
    assert len(house.mailbox.find(subject="Réinitialiser")) == 5


def test_log_out_ends_the_session_everywhere(house: House) -> None:
    held = house.logged_in()
    elsewhere = house.try_log_in(source="203.0.113.9").json
    assert house.post("/sessions/end", session=held["session"]).status_code == 204
    for session in (held["session"], elsewhere["session"]):
        answer = house.post("/sessions/exchange", session=session)
        assert (answer.status_code, slug(answer)) == (401, "session-expiree")
        assert answer.json["subject"] == held["subject"]
    assert house.post("/sessions/end", session=held["session"]).status_code == 204


def test_inactivity_ends_a_session_and_activity_prolongs_it(house: House) -> None:
    held = house.logged_in()
    age_sessions(house, seen=29 * 60)
    alive = house.post("/sessions/exchange", session=held["session"])
    assert alive.status_code == 200
    assert house.post("/sessions/exchange", session=held["session"]).json["idle_seconds_left"] > 29 * 60
    age_sessions(house, seen=30 * 60)
    assert slug(house.post("/sessions/exchange", session=held["session"])) == "session-expiree"


def test_no_session_lives_longer_than_half_a_day(house: House) -> None:
    held = house.logged_in()
    age_sessions(house, created=12 * 3600)
    assert slug(house.post("/sessions/exchange", session=held["session"])) == "session-expiree"


def test_the_portals_clock_does_not_end_sessions(house: House) -> None:
    held = house.logged_in()
    house.later(days=30)
    assert house.post("/sessions/exchange", session=held["session"]).status_code == 200


def test_an_invented_session_is_expired_and_nobodys(house: House) -> None:
    answer = house.post("/sessions/exchange", session="x")
    assert slug(answer) == "session-expiree"
    assert "subject" not in (answer.json or {})


def test_neither_addresses_nor_sources_nor_secrets_are_kept_in_the_open(house: House) -> None:
    held = house.logged_in()
    fail(house, 2)
    with house.app.app_context(), db.reading() as session:
        rows = [vars(row) for table in (LoginFailures, LoginSession) for row in session.query(table)]
    kept = repr(rows)
    for secret in (EMAIL, "192.0.2.1", held["session"], held["device"], PASSWORD):
        assert secret not in kept


def test_old_failures_are_forgotten(house: House) -> None:
    fail(house, 3)
    age_failures(house, 86_401)
    with house.app.app_context(), db.operation() as session:
        limits.purge(session, system_now())
        assert session.query(LoginFailures).count() == 0


@pytest.mark.parametrize(
    ("aged", "gone"),
    [
        pytest.param({"seen": 90_000}, True, id="idle"),
        pytest.param({"seen": 90_000, "created": 60 * 3600}, True, id="too long"),
        pytest.param({"seen": 80_000}, False, id="over for less than a day"),
    ],
)
def test_a_session_is_forgotten_a_day_after_its_end(house: House, aged: dict[str, float], gone: bool) -> None:
    house.logged_in()
    age_sessions(house, **aged)
    with house.app.app_context():
        jobs["purge"].run()
        with db.reading() as session:
            assert (session.query(LoginSession).first() is None) == gone
