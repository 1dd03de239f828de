"""The manifest of a backup: its files with their digests, written last, so that a restore can verify it as a whole.

Somebody other than `make backup` may have written it: names that no backup has are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from services.chassis.clock import PARIS

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024
CONSUMERS_FIRST = ("pieces", "documents", "registrations", "accounts")
"""The services whose databases a backup holds, in the order in which they are copied."""
SECRET_FILES = ("secrets.json", "demo.json")
REQUIRED_SECRETS = "secrets.json"
FOLDERS = ("objects", "mail")
MAX_NAMES_SHOWN = 20
"""In one message."""


class Damaged(Exception):
    """This is not a complete backup; the message, in French, says what is wrong with it."""


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file's size in bytes and SHA-256 (hexadecimal)."""

    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Manifest(msgspec.Struct, frozen=True):
    """`instant`: all that was acknowledged before it is in the backup. `revisions`: of each database's schema.
    `files` by their path within the backup; `secrets` by their name, since they are kept elsewhere."""

    instant: Annotated[datetime, msgspec.Meta(tz=True)]
    revisions: dict[str, str]
    files: dict[str, Content]
    secrets: dict[str, Content]
    format: int

    def without(self, paths: Collection[str]) -> Manifest:
        """The same of all other files."""
        files = {path: content for path, content in self.files.items() if path not in paths}
        return msgspec.structs.replace(self, files=files)

    def to_json(self) -> str:
        return json.dumps(msgspec.to_builtins(self), indent=1)


def database_path(service: str) -> str:
    """Where a backup holds it."""
    return f"databases/{service}.db"


def read(backup: Path) -> Manifest:
    """Raises Damaged where there is none that can be read, where it names what no backup holds, and where a symbolic
    link lies in the backup."""
    refuse_links(backup)
    path = backup / NAME
    try:
        if not is_regular(path):
            raise FileNotFoundError(path)
        written = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(written, dict) and written.get("format") not in (FORMAT, None):
            raise Damaged(f"{backup} : format {written['format']!r} inconnu de cette version du portail.")
        manifest = msgspec.convert(written, Manifest)
        instant = manifest.instant.astimezone(PARIS)  # it is shown so: what cannot be is refused here
        unexpected = _unexpected(manifest)
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        raise Damaged(f"{path} est absent ou illisible : ce n'est pas une sauvegarde entière.") from error
    if unexpected:
        raise Damaged(
            f"{path} nomme ce qu'aucune sauvegarde ne contient, ou ne nomme pas tout : {in_words(unexpected)}"
        )
    return msgspec.structs.replace(manifest, instant=instant)


def refuse_links(folder: Path) -> None:
    """Raises Damaged where `folder` is a symbolic link or holds one, at any depth: no backup writes any."""
    refuse_link(folder)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            refuse_link(Path(parent, name))


def refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise Damaged(f"{printable(str(path))} est un lien symbolique : aucune sauvegarde n'en contient.")


def verify(folder: Path, contents: Mapping[str, Content]) -> None:
    """Read every file of `contents` in `folder`. Raises Damaged, naming those that are missing or changed."""
    if paths := damaged(folder, contents):
        raise Damaged(damage_in_words(folder, paths))


def damage_in_words(folder: Path, paths: list[str]) -> str:
    return f"{folder} : {len(paths)} fichier(s) absent(s) ou altéré(s) : {in_words(paths)}"


def damaged(folder: Path, contents: Mapping[str, Content]) -> list[str]:
    """The paths in `contents` that `folder` does not hold byte for byte; each file is read."""
    return [path for path, content in contents.items() if not holds(folder / path, content)]


def holds(path: Path, content: Content) -> bool:
    """Whether a file is there, can be read, and is byte for byte what it was."""
    try:
        return is_regular(path) and path.stat().st_size == content.size and content_of(path) == content
    except OSError:
        return False


def is_regular(path: Path) -> bool:
    """Whether it is a file: neither a symbolic link nor a pipe, whose reader would wait for ever. False where there
    is nothing."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def content_of(path: Path) -> Content:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Content(size, digest.hexdigest())


def in_words(paths: Iterable[str]) -> str:
    """Their names for a message, the first of many."""
    names = [printable(path) for path in paths]
    return ", ".join(names[:MAX_NAMES_SHOWN]) + (" …" if len(names) > MAX_NAMES_SHOWN else "")


def printable(path: str) -> str:
    """Control characters, and what a terminal cannot show, escaped."""
    return path if path.isprintable() else ascii(path)


def _unexpected(manifest: Manifest) -> list[str]:
    """Names that must not be there, and missing ones that must."""
    databases = {database_path(service) for service in CONSUMERS_FIRST}
    named = set(manifest.files)
    return sorted(
        (set(manifest.revisions) ^ set(CONSUMERS_FIRST))
        | (databases - named)
        | {path for path in named - databases if not _is_of_a_folder(path)}
        | (set(manifest.secrets) - set(SECRET_FILES))
        | ({REQUIRED_SECRETS} - set(manifest.secrets))
    )


def _is_of_a_folder(path: str) -> bool:
    """Raises ValueError where no file can have that name."""
    os.fsencode(path)
    folder, *parts = path.split("/")
    return folder in FOLDERS and bool(parts) and "\0" not in path and not {"", ".", ".."} & set(parts)
