"""accounts refuses to start on what is missing or wrong, and says all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.accounts.app import create_app
from services.accounts.domain.passwords import RECOMMENDED
from services.accounts.settings import AccountsSettings
from services.chassis.settings import SettingsError
from tests.accounts.creation_form import creation_form
from tests.accounts.running_accounts import RunningAccounts, refused_fields, settings
from tests.support.smtp import Mailbox


def environment(**changes: str) -> dict[str, str]:
    made = settings("sqlite://", Path("/nowhere"), registrations_url="http://x", mail_url="file:///x")
    texts = {name.upper(): _text(value) for name, value in vars(made).items() if name != "client_secrets"}
    return {**texts, "CLIENT_SECRETS": '{"gateway": "sixteen characters"}', **changes}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_whole_environment_is_read() -> None:
    assert AccountsSettings.read(environment(SESSION_IDLE_SECONDS="60")).session_idle_seconds == 60


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
def test_the_recommended_profile_asks_for_length_and_no_classes(
    migrated_url: str, tmp_path: Path, mailbox: Mailbox
) -> None:
    chosen = settings(
        migrated_url,
        tmp_path,
        registrations_url="http://x",
        mail_url=mailbox.url,
        password_profile=RECOMMENDED.name,
    )
    accounts = RunningAccounts(create_app(chosen), mailbox)
    for password, refused in (("Bonjour/2021", True), ("azertyuiopqsdf", True), ("le cheval de mon oncle", False)):
        answer = accounts.post(
            "/accounts", values=creation_form(nom_famille="", password=password, password_confirmation=password)
        )
        assert ("password" in refused_fields(answer)) is refused
    fields = (accounts.call("GET", "/forms/account").json or {})["sections"][0]["fields"]
    assert any(RECOMMENDED.hint in (field.get("hint") or "") for field in fields)
