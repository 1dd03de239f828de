"""What was typed into a page whose session had died, sealed for that candidate until he has logged in again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

LIFE_SECONDS = 12 * 3600
NEVER_KEPT = ("password", "mot_de_passe")


def may_be_kept(name: str) -> bool:
    """Whether a posted field may be kept or shown again: passwords never are."""
    return not any(word in name for word in NEVER_KEPT)


@dataclass(frozen=True)
class Interrupted:
    """A post to take up again: `fields` are (name, value) pairs in the order sent."""

    subject: str
    path: str
    fields: tuple[tuple[str, str], ...]


class Seal:
    """The first key seals, all open: what was sealed before a key was turned is still opened."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def close(self, post: Interrupted) -> str:
        """Text for a hidden field; passwords are left out."""
        fields = [pair for pair in post.fields if may_be_kept(pair[0])]
        data = {"subject": post.subject, "path": post.path, "fields": fields}
        return self._fernet.encrypt(json.dumps(data).encode()).decode()

    def close_text(self, text: str, purpose: str) -> str:
        """`text` for a cookie of ours, unreadable to who looks at the browser's files."""
        return self._fernet.encrypt(json.dumps({purpose: text}).encode()).decode()

    def open_text(self, sealed: str, purpose: str, *, life_seconds: int) -> str | None:
        """What was sealed for `purpose`; None when it is too old or not ours."""
        try:
            data: Mapping[str, object] = json.loads(self._fernet.decrypt(sealed.encode(), ttl=life_seconds))
        except (InvalidToken, ValueError):
            return None
        return str(data[purpose]) if purpose in data else None

    def open(self, sealed: str, *, subject: str) -> Interrupted | None:
        """What was sealed for `subject`; None when it is another's, too old or not ours."""
        try:
            data: Mapping[str, object] = json.loads(self._fernet.decrypt(sealed.encode(), ttl=LIFE_SECONDS))
        except (InvalidToken, ValueError):
            return None
        if data.get("subject") != subject:
            return None
        pairs = tuple((str(name), str(value)) for name, value in data["fields"])  # type: ignore[attr-defined]
        return Interrupted(subject, str(data["path"]), pairs)
