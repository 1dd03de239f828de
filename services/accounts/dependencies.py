"""What operations and queries need besides the database, built once per process from its
settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.accounts.clients.identity_provider import IdentityProvider, Registration
from services.accounts.clients.registrations import RegistrationsClient
from services.accounts.domain.passwords import PROFILES, Profile
from services.accounts.password_hashing import PasswordHasher
from services.accounts.settings import AccountsSettings
from services.accounts.signing import Signer
from services.accounts.stored_secrets import DerivedKeys, master_secrets
from services.chassis.http.client import Client
from services.chassis.signing_keys import load_keys
from services.contracts.api.sign_in import FRANCECONNECT, PROCONNECT, PROVIDER_PATHS, RETURN
from services.mail.mailer import Mailer
from services.objects import ObjectStore

_KEY = "accounts.dependencies"


@dataclass(frozen=True)
class Dependencies:
    settings: AccountsSettings
    signer: Signer
    derived_keys: DerivedKeys
    password_hasher: PasswordHasher
    profile: Profile
    """What passwords must be."""
    mailer: Mailer
    registrations: RegistrationsClient
    holders: Mapping[str, Client]
    """Of the other services that hold something of a person, in the order in which that is read."""
    store: ObjectStore
    identity_providers: Mapping[str, IdentityProvider]
    """Those that are switched on, by name."""


def build(settings: AccountsSettings) -> Dependencies:
    signing_keys = load_keys(settings.signing_key)
    signer = Signer(signing_keys)
    registrations = Client(
        settings.registrations_url,
        "registrations",
        label="Le service des inscriptions",
        page_seconds=settings.page_seconds,
        at_once=settings.threads // 2,
    )
    urls = settings.registrations_url, settings.pieces_url, settings.documents_url
    holders = zip(("registrations", "pieces", "documents"), urls, strict=True)
    return Dependencies(
        settings=settings,
        signer=signer,
        derived_keys=DerivedKeys(master_secrets(settings.sealing_key.each, signing_keys)),
        password_hasher=PasswordHasher(
            memory_kib=settings.argon2_memory_kib, passes=settings.argon2_passes
        ),
        profile=PROFILES[settings.password_profile],
        mailer=Mailer.of_settings(settings),
        registrations=RegistrationsClient(registrations, signer, settings.client_id),
        holders={name: Client(url, f"{name}_for_copies") for name, url in holders},
        store=ObjectStore(settings.objects_url),
        identity_providers=_identity_providers(settings),
    )


def _identity_providers(settings: AccountsSettings) -> dict[str, IdentityProvider]:
    """Return those that are switched on, by name."""
    providers = {}
    for name, path in PROVIDER_PATHS.items():
        of_provider = settings.provider(name)
        if not of_provider.issuer:
            continue
        registration = Registration(
            issuer=of_provider.issuer,
            client_id=of_provider.client_id,
            client_secret=of_provider.client_secret,
            scope=of_provider.scopes,
            redirect_uri=f"{settings.public_url}{path}{RETURN}",
            parameters=_SAID_TO_PROVIDERS[name],
        )
        providers[name] = IdentityProvider(name, registration)
    return providers


_SAID_TO_PROVIDERS = {
    FRANCECONNECT: {"acr_values": "eidas1"},
    PROCONNECT: {"claims": '{"id_token":{"acr":null,"amr":{"essential":true}}}'},
}


def attach(app: Flask, built: Dependencies) -> None:
    app.extensions[_KEY] = built


def dependencies() -> Dependencies:
    """Return what the running process was built with. Needs an application context."""
    return cast(Dependencies, current_app.extensions[_KEY])


def prepare_store(app: Flask) -> None:
    """Create the bucket, where that is not done yet. Raises StoreUnavailable."""
    with app.app_context():
        dependencies().store.ensure_bucket()
