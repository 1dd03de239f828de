"""What operations need besides the database, built once per process from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.accounts.derivation import Derivation, masters_of
from services.accounts.domain.passwords import PROFILES, Profile
from services.accounts.hashing import Passwords
from services.accounts.registrations import Registrations
from services.accounts.settings import AccountsSettings
from services.accounts.signing import Signer, load_keys
from services.chassis.http.client import Client
from services.mail.mailer import Mailer

_KEY = "accounts.parts"


@dataclass(frozen=True)
class Parts:
    settings: AccountsSettings
    signer: Signer
    derivation: Derivation
    passwords: Passwords
    profile: Profile
    mailer: Mailer
    registrations: Registrations


def build(settings: AccountsSettings) -> Parts:
    keys = load_keys(settings.signing_key)
    signer = Signer(keys)
    return Parts(
        settings=settings,
        signer=signer,
        derivation=Derivation(masters_of(settings.sealing_key.each, keys)),
        passwords=Passwords(memory_kib=settings.argon2_memory_kib, passes=settings.argon2_passes),
        profile=PROFILES[settings.password_profile],
        mailer=Mailer(settings.mail_url, settings.mail_sender, settings.mail_ca),
        registrations=Registrations(_registrations(settings), signer, settings.client_id),
    )


def _registrations(settings: AccountsSettings) -> Client:
    return Client(
        settings.registrations_url,
        "registrations",
        label="Le service des inscriptions",
        page_seconds=settings.page_seconds,
        at_once=settings.threads // 2,
    )


def attach(app: Flask, parts: Parts) -> None:
    app.extensions[_KEY] = parts


def parts() -> Parts:
    """Those of the running process; needs an application context."""
    return cast(Parts, current_app.extensions[_KEY])
