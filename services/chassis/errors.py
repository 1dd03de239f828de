"""Errors of the trade as data: a stable type, a French title and detail, an HTTP status. Standard library only.

`web/problems.py` shows them as RFC 9457 problem details; pages show `detail` and tie `errors` to their fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. `pointer` is a JSON pointer into the body sent: "#/nom_famille"."""

    pointer: str
    detail: str


class DomainError(Exception):
    """Something that cannot be done, and why. Subclasses or instances set type (slug), status and title."""

    type: ClassVar[str] = "refus"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "La demande ne peut pas être traitée"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        type: str | None = None,
        title: str | None = None,
        status: int | None = None,
        **extra: Any,
    ) -> None:
        self.detail = detail or title or self.title
        self.errors = errors
        self.extra = extra
        self.slug = type or self.type
        self.shown_title = title or self.title
        self.http_status = status or self.status
        super().__init__(self.detail)


class NotFound(DomainError):
    """Unknown or someone else's: the answer is the same."""

    type, status, title = "introuvable", 404, "Page ou élément introuvable"


class Unreadable(DomainError):
    type, status, title = "bad-request", 400, "Le corps de la requête n'est pas un JSON lisible"


class Conflict(DomainError):
    type, status, title = "conflit", 409, "La demande contredit l'état actuel"


class Invalid(DomainError):
    type, status, title = "saisie-invalide", 422, "La saisie comporte des erreurs"


class Unauthenticated(DomainError):
    type, status, title = "non-identifie", 401, "Vous devez vous identifier"


class Forbidden(DomainError):
    type, status, title = "interdit", 403, "Vous n'avez pas accès à cette page"


class Gone(DomainError):
    type, status, title = "expire", 410, "Ce lien n'est plus valable"


class TooLarge(DomainError):
    type, status, title = "trop-volumineux", 413, "Le fichier est trop volumineux"


class PreconditionFailed(DomainError):
    type, status, title = "modifie-entre-temps", 412, "L'élément a été modifié entre-temps"


class PreconditionRequired(DomainError):
    type, status, title = "precondition-requise", 428, "L'en-tête If-Match est requis"


class TooMany(DomainError):
    """Slowed down. `retry_after` (seconds) is sent as a header as well."""

    type, status, title = "trop-d-essais", 429, "Trop d'essais"

    def __init__(self, detail: str = "", *, retry_after: int, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)


class Unavailable(DomainError):
    """A part we need does not answer; what was typed is kept by the page."""

    type, status, title = "indisponible", 503, "Service momentanément indisponible"

    def __init__(self, detail: str = "", *, retry_after: int = 10, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)
