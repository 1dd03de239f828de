"""Where the one-machine portal keeps everything, and the secrets that it makes at its first start."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CLIENTS = ("gateway", "accounts", "registrations", "documents", "pieces")


class AlreadyRunning(Exception):
    """Another portal uses the same folder."""


class Unreadable(Exception):
    """The file of the secrets is missing or is not one; the message names it."""


@dataclass(frozen=True)
class Secrets:
    """`signing_key` is an Ed25519 key in PEM; `clients` the secret of each of our processes. While one of these or of
    the sealing keys is turned it holds two (deploy/turning.py)."""

    signing_key: str
    seal_key: str
    clients: dict[str, str]
    objects_key: str
    objects_secret: str
    staff_passwords: dict[str, str]
    sealing_key: str = ""
    """Empty in folders older than it: accounts seals with the signing key until one is added."""


@dataclass(frozen=True)
class Place:
    """All state under one folder (VAR_DIR)."""

    root: Path

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def demo(self) -> Path:
        return self.root / "demo.json"

    @property
    def environments(self) -> Path:
        return self.root / "environments.json"

    @property
    def restoring(self) -> Path:
        """Stands there while a restore is under way or was interrupted: what the folder holds is not whole."""
        return self.root / "restoring"

    @property
    def broker_url(self) -> str:
        return f"sqlite:///{self.root / 'broker.db'}"

    def database(self, service: str) -> Path:
        return self.root / f"{service}.db"

    def database_url(self, service: str) -> str:
        return f"sqlite:///{self.database(service)}"

    def prepare(self) -> None:
        for folder in (self.root, self.mail, self.logs, self.objects / "documents", self.objects / "pieces"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def lock(self) -> IO[str]:
        """Keep the returned file open while running. Raises AlreadyRunning."""
        file = (self.root / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(str(self.root)) from error
        return file

    def secrets(self) -> Secrets:
        """Those of the folder, made where there are none. Raises Unreadable."""
        if not self.secrets_file.exists():
            self.write_secrets(_new_secrets())
        return self.secrets_there()

    def secrets_there(self) -> Secrets:
        """Raises Unreadable."""
        try:
            there = Secrets(**json.loads(self.secrets_file.read_text(encoding="utf-8")))
            needed = (there.signing_key, there.seal_key, *(there.clients[client] for client in CLIENTS))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Unreadable(str(self.secrets_file)) from error
        if not all(isinstance(text, str) and text.strip() for text in needed):
            raise Unreadable(str(self.secrets_file))
        return there

    def write_secrets(self, secrets: Secrets) -> None:
        """A running launcher takes notice."""
        write_private(self.secrets_file, json.dumps(asdict(secrets)))

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"


def write_demo(place: Place, content: dict[str, object]) -> None:
    write_private(place.demo, json.dumps(content, indent=2, ensure_ascii=False))


def new_signing_key() -> str:
    key = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key.decode()


def _new_secrets() -> Secrets:
    return Secrets(
        signing_key=new_signing_key(),
        seal_key=Fernet.generate_key().decode(),
        clients={client: secrets.token_urlsafe(32) for client in CLIENTS},
        objects_key=secrets.token_hex(8),
        objects_secret=secrets.token_hex(16),
        staff_passwords={name: f"Demo.{secrets.token_urlsafe(8)}a" for name in ("staff", "admin")},
        sealing_key=secrets.token_urlsafe(32),
    )


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner alone."""
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # else a power cut may leave an empty file of this name, and the keys are gone
    temporary.replace(path)
