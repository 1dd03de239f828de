"""The list of a backup's files, written last: by it a restore knows that all of it is there, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


class Damaged(Exception):
    """What is there is not a whole backup; the message, in French, says what is wrong with it."""


@dataclass(frozen=True)
class Content:
    """A file's size in bytes and SHA-256 (hexadecimal)."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`instant`: all that was acknowledged before it is in the backup. `revisions`: of each database's schema.
    `files` by their path within the backup; `secrets` by their name, since they are kept elsewhere."""

    instant: datetime
    revisions: Mapping[str, str]
    files: Mapping[str, Content]
    secrets: Mapping[str, Content]

    def to_json(self) -> str:
        return json.dumps(
            {
                "format": FORMAT,
                "instant": self.instant.isoformat(),
                "revisions": dict(self.revisions),
                "files": {path: asdict(content) for path, content in self.files.items()},
                "secrets": {name: asdict(content) for name, content in self.secrets.items()},
            },
            indent=1,
        )


def read(backup: Path) -> Manifest:
    """Raises Damaged where there is none that can be read."""
    try:
        said = json.loads((backup / NAME).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise Damaged(f"{backup} : format {said['format']} inconnu de cette version du portail.")
        return Manifest(
            instant=datetime.fromisoformat(said["instant"]),
            revisions=dict(said["revisions"]),
            files={path: Content(**content) for path, content in said["files"].items()},
            secrets={name: Content(**content) for name, content in said["secrets"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{backup / NAME} est absent ou illisible : ce n'est pas une sauvegarde entière.") from error


def verify(folder: Path, contents: Mapping[str, Content]) -> None:
    """Read every file of `contents` in `folder`. Raises Damaged, naming those that are not what they were."""
    wrong = [path for path, content in contents.items() if not _holds(folder / path, content)]
    if wrong:
        shown = ", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")
        raise Damaged(f"{folder} : {len(wrong)} fichier(s) absent(s) ou altéré(s) : {shown}")


def content_of(path: Path) -> Content:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Content(size, digest.hexdigest())


def _holds(path: Path, content: Content) -> bool:
    return path.is_file() and path.stat().st_size == content.size and content_of(path) == content
