"""Why a file or an act is refused, in words that say what to do next."""

from __future__ import annotations

from services.chassis.errors import Conflict, DomainError, Forbidden, TooLarge, Unavailable
from services.chassis.french import taille

LIMIT = 5 * 1024 * 1024  # bytes; guide §10: « 5 Mo »


class FileRefused(DomainError):
    """The file itself is not acceptable. `reason` is a stable code; `detail` tells the candidate what to do."""

    type, status, title = "fichier-refuse", 422, "Le fichier n'a pas été accepté"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason


class FormatRefused(DomainError):
    """The contents are of a kind that is not accepted here."""

    type, status, title = "format-refuse", 415, "Le format du fichier n'est pas accepté"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, reason="format")
        self.reason = "format"


class DepositClosed(Forbidden):
    """The piece cannot be deposited, deleted or validated now; `detail` says why."""

    type, title = "depot-ferme", "Cette pièce ne peut plus être modifiée"


class NotClean(Conflict):
    """Staff open nothing that the antivirus has not found clean."""

    type, title = "fichier-non-sain", "Ce fichier ne peut pas être ouvert"


def too_large() -> TooLarge:
    return TooLarge(f"La taille du fichier ne doit pas excéder {taille(LIMIT)}. Réduisez-le ou envoyez-en un autre.")


def empty() -> FileRefused:
    return FileRefused("empty", "Ce fichier est vide : il ne contient aucune donnée. Vérifiez-le puis recommencez.")


def broken_off() -> FileRefused:
    return FileRefused(
        "interrupted", "L'envoi a été interrompu avant la fin : rien n'a été enregistré. Envoyez le fichier à nouveau."
    )


def damaged(what: str) -> FileRefused:
    """`what` with its article: « Ce PDF »."""
    return FileRefused(
        "damaged",
        f"{what} est incomplet ou endommagé : il ne pourra pas être ouvert. "
        "Ouvrez-le sur votre appareil, enregistrez-le à nouveau puis recommencez.",
    )


def protected(what: str) -> FileRefused:
    return FileRefused(
        "protected",
        f"{what} est protégé par un mot de passe : il ne pourra pas être lu. "
        "Enregistrez-le sans mot de passe puis recommencez.",
    )


def store_down() -> Unavailable:
    return Unavailable(
        "L'espace de dépôt ne répond pas pour le moment : votre fichier n'a pas été enregistré. "
        "Recommencez dans quelques instants.",
        retry_after=30,
    )


def store_not_read() -> Unavailable:
    return Unavailable("L'espace de dépôt ne répond pas pour le moment. Recommencez dans quelques instants.")
