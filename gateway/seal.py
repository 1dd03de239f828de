"""Encryption (Fernet, with the keys of SEAL_KEY) of what the gateway leaves with browsers in hidden
fields and cookies.

Mainly what was posted after the session had ended: the log-in page contains it, for the same
candidate only. And the owner of a form in a page (the id of the candidate or member of staff), so
that what was typed is kept for this person only, even if the browser has lost the session cookie
(logged out in another window, cookies cleared).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app, request
from markupsafe import Markup

from gateway.pages import people_of_page
from gateway.posted_forms import OWNER_FIELD

POST_LIFE_SECONDS = 12 * 3600
NEVER_KEPT_NAME_PARTS = ("password", "mot_de_passe")
OWNER_LIFE_SECONDS = 36 * 3600


def may_be_kept(name: str) -> bool:
    """Whether a posted field may be kept or shown again: passwords never are."""
    return not any(part in name for part in NEVER_KEPT_NAME_PARTS)


@dataclass(frozen=True)
class InterruptedPost:
    """A post to resume after log-in. `fields`: (name, value) pairs in the order sent; `subject`:
    the candidate's id."""

    subject: str
    path: str
    fields: tuple[tuple[str, str], ...]


class Seal:
    """The first key encrypts, all of them decrypt: keys can be rotated while the portal runs."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal_post(self, post: InterruptedPost) -> str:
        """Text for a hidden field; passwords are left out."""
        fields = [(name, value) for name, value in post.fields if may_be_kept(name)]
        data = {"subject": post.subject, "path": post.path, "fields": fields}
        return self._fernet.encrypt(json.dumps(data).encode()).decode()

    def unseal_post(self, sealed: str, *, subject: str) -> InterruptedPost | None:
        """None if it belongs to another candidate, is too old or was not encrypted by us."""
        data = self._decrypt(sealed, POST_LIFE_SECONDS)
        if data is None or data.get("subject") != subject:
            return None
        fields: Iterable[tuple[str, str]] = data["fields"]  # type: ignore[assignment]
        pairs = tuple((name, value) for name, value in fields)
        return InterruptedPost(subject, str(data["path"]), pairs)

    def seal_text(self, text: str, purpose: str) -> str:
        """`text` encrypted for a cookie or a field; it can be decrypted for the same `purpose`
        only."""
        return self._fernet.encrypt(json.dumps({purpose: text}).encode()).decode()

    def unseal_text(self, sealed: str, purpose: str, *, life_seconds: int) -> str | None:
        """None if it has another purpose, is too old or was not encrypted by us."""
        data = self._decrypt(sealed, life_seconds)
        return str(data[purpose]) if data is not None and purpose in data else None

    def _decrypt(self, sealed: str, life_seconds: int) -> Mapping[str, object] | None:
        try:
            data: Mapping[str, object] = json.loads(
                self._fernet.decrypt(sealed.encode(), ttl=life_seconds)
            )
        except (InvalidToken, ValueError):
            return None
        return data


def current_seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal


def owner_field() -> Markup:
    """The hidden field for a form of who is logged in on this page; nothing for nobody. A global of
    templates."""
    owner = people_of_page().current_if_accounts_answers()
    if owner is None:
        return Markup()
    sealed = current_seal().seal_text(owner.subject, OWNER_FIELD)
    return Markup('<input type="hidden" name="{}" value="{}">').format(OWNER_FIELD, sealed)


def owner_of_posted_form() -> str | None:
    """The person's id in the posted form; None where it is missing, too old or not encrypted by
    us."""
    sealed = request.form.get(OWNER_FIELD)
    return (
        current_seal().unseal_text(sealed, OWNER_FIELD, life_seconds=OWNER_LIFE_SECONDS)
        if sealed
        else None
    )
