"""The folder with all state of the one-machine portal (VAR_DIR), and the secrets made at its first
start."""

import fcntl
import json
import os
import secrets
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import IO

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from deploy.containers.secret_makers import SECRET_MAKERS
from deploy.service_names import CLIENTS, OBJECT_SERVICES
from services.clock import system_now

KEYS = ("signing_key", "seal_key", "sealing_key", "paper_key", "audit_key")
SEALED_BY = "Portail candidat (démonstration)"


class AlreadyRunning(Exception):
    """Another portal uses the same folder."""


class SecretsUnreadable(Exception):
    """The file of secrets is missing or malformed; the message names it."""


@dataclass(frozen=True)
class Secrets:
    """`signing_key`: accounts' Ed25519 key, PEM; `seal_key`: the gateway's, for what was typed into
    an ended session; `clients`: each process's client secret; `objects_key`, `objects_secret`:
    access to the S3 server; `staff_passwords`: the demonstration's.

    While a key or client secret is rotated its text holds two (deploy/secret_rotation.py).
    """

    signing_key: str
    seal_key: str
    clients: dict[str, str]
    objects_key: str
    objects_secret: str
    staff_passwords: dict[str, str]
    sealing_key: str = ""
    """What accounts seals with. Empty in folders made before it existed: accounts then seals with
    the signing key."""
    paper_key: str = ""
    """documents' Ed25519 key, PEM; made at the next start of a folder made before it existed."""
    audit_key: str = ""
    """Signs the audit trails, PEM. Empty in folders made before it existed: they are then not
    signed."""


class StateFolder:
    """Paths of all that is under VAR_DIR."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mail = root / "mail"
        self.objects = root / "objects"
        self.logs = root / "logs"
        self.demo = root / "demo.json"
        self.environments = root / "environments.json"
        self.secrets_file = root / "secrets.json"
        self.paper_seal = root / "paper-seal.p12"
        """The demonstration's certificate, by itself, and its key: what seals papers."""
        self.restoring = root / "restoring"
        """A marker file, there while a restore runs or was interrupted: the folder is then
        incomplete."""
        self.broker_url = f"sqlite:///{root / 'broker.db'}"

    def database(self, service: str) -> Path:
        return self.root / f"{service}.db"

    def database_url(self, service: str) -> str:
        return f"sqlite:///{self.database(service)}"

    def prepare(self) -> None:
        buckets = [self.objects / service for service in OBJECT_SERVICES]
        for folder in (self.root, self.mail, self.logs, *buckets):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def lock(self) -> IO[str]:
        """Keep the returned file open while running. Raises AlreadyRunning."""
        file = (self.root / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(str(self.root)) from error
        return file

    def damaged_databases(self) -> list[Path]:
        """Those that are no whole SQLite databases; each is read to its end, at some 50 MB a second
        from the disk."""
        with ThreadPoolExecutor() as readers:
            return [path for path in readers.map(_damaged, sorted(self.root.glob("*.db"))) if path]

    def load_or_create_secrets(self) -> Secrets:
        """The folder's secrets, created where there are none. Raises SecretsUnreadable."""
        if not self.secrets_file.exists():
            self.write_secrets(_new_secrets())
        if not self.paper_seal.exists():
            write_private(self.paper_seal, new_seal())
        stored = self.read_secrets()
        if not stored.paper_key:
            self.write_secrets(replace(stored, paper_key=SECRET_MAKERS["paper-key"]()))
        return self.read_secrets()

    def read_secrets(self) -> Secrets:
        """Raises SecretsUnreadable."""
        try:
            stored = Secrets(**json.loads(self.secrets_file.read_text(encoding="utf-8")))
            required = (
                stored.signing_key,
                stored.seal_key,
                *(stored.clients[client] for client in CLIENTS),
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SecretsUnreadable(str(self.secrets_file)) from error
        if not all(isinstance(text, str) and text.strip() for text in required):
            raise SecretsUnreadable(str(self.secrets_file))
        return stored

    def write_secrets(self, secrets: Secrets) -> None:
        """A running launcher notices and reloads them."""
        write_private(self.secrets_file, json.dumps(asdict(secrets)))


def _damaged(path: Path) -> Path | None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            [[verdict]] = connection.execute("PRAGMA quick_check(1)")
    except (
        sqlite3.DatabaseError
    ) as error:  # locked, or not readable: what starts next says so itself
        return (
            path
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            else None
        )
    return None if verdict == "ok" else path


def chosen_state() -> StateFolder:
    """That of VAR_DIR."""
    return StateFolder(Path(os.environ.get("VAR_DIR", "var")).resolve())


def _new_secrets() -> Secrets:
    return Secrets(
        **{name: SECRET_MAKERS[name.replace("_", "-")]() for name in KEYS},
        clients={client: SECRET_MAKERS[f"{client}-client-secret"]() for client in CLIENTS},
        objects_key=secrets.token_hex(8),
        objects_secret=secrets.token_hex(16),
        staff_passwords={name: SECRET_MAKERS["demo-password"]() for name in ("staff", "admin")},
    )


def new_seal() -> bytes:
    """A PKCS#12 archive without a passphrase, for ten years: a key and the certificate that it
    gives itself."""
    key = generate_private_key(SECP256R1())
    name = x509.Name.from_rfc4514_string(f"CN={SEALED_BY}")
    now = system_now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, SHA256())
    )
    return serialize_key_and_certificates(
        None, key, certificate, None, serialization.NoEncryption()
    )


def write_private(path: Path, content: str | bytes) -> None:
    """Write atomically; only the owner can read the file."""
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(
            file.fileno()
        )  # else a power cut may leave an empty file of this name, and the keys are gone
    temporary.replace(path)
