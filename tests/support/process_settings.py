"""The settings of each process by its name: what it reads, and one that talks to nobody."""

from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from deploy.containers.secret_makers import ed25519_pem
from gateway.settings import GatewaySettings
from services.accounts.settings import AccountsSettings
from services.chassis.settings import Secret, Settings
from services.documents.settings import DocumentsSettings
from services.pieces.settings import PiecesSettings
from services.registrations.settings import RegistrationsSettings

SETTINGS: dict[str, type[Settings]] = {
    "gateway": GatewaySettings,
    "accounts": AccountsSettings,
    "registrations": RegistrationsSettings,
    "documents": DocumentsSettings,
    "pieces": PiecesSettings,
}
PAPER_KEY = Secret(ed25519_pem())
NOBODY = "http://127.0.0.1:9"
STORE = Secret("s3+http://accesskey:secretkey@127.0.0.1:9/bucket")


def service_settings(name: str, database_url: str, folder: Path, **changes: Any) -> Any:
    """Of a service over this database, with its broker and its mails in `folder`; `changes` replace
    some."""
    own: dict[str, dict[str, Any]] = {
        "accounts": {"registrations_url": NOBODY, "mail_url": f"file://{folder / 'mail'}"},
        "registrations": {"mail_url": f"file://{folder / 'mail'}"},
        "documents": {"objects_url": STORE, "registrations_url": NOBODY, "paper_key": PAPER_KEY},
        "pieces": {"objects_url": STORE, "antivirus_url": "none"},
    }
    shared = {
        "env": "test",
        "log_level": "CRITICAL",
        "database_url": database_url,
        "broker_url": f"sqlite:///{folder / 'broker.db'}",
        "accounts_url": NOBODY,
        "client_id": name,
        "client_secret": Secret(f"the secret of {name}"),
    }
    values = {**shared, **own[name], **changes}
    if name != "accounts":
        return SETTINGS[name](**values)
    from tests.accounts import running_accounts

    return running_accounts.settings(**values, folder=folder)


def gateway_settings(folder: Path, **changes: Any) -> GatewaySettings:
    values: dict[str, Any] = {
        "env": "test",
        "log_level": "CRITICAL",
        **{f"{name}_url": NOBODY for name in SETTINGS if name != "gateway"},
        "client_secret": Secret("the secret of gateway"),
        "seal_key": Secret(Fernet.generate_key().decode()),
        "mail_folder": str(folder / "mail"),
    }
    return GatewaySettings(**values | changes)
