"""Why a file or an act is refused, in words that say what to do next."""

from __future__ import annotations

from enum import StrEnum

from services.chassis.errors import Conflict, DomainError, Forbidden, TooLarge, TooMany, Unavailable
from services.chassis.french import taille
from services.contracts import problem_types

LIMIT = 5 * 1024 * 1024  # bytes; guide §10: « 5 Mo »


class FileRefused(DomainError):
    """The file itself is not acceptable. `reason` is a stable code; `detail` tells the candidate what to do."""

    problem = problem_types.FILE_REFUSED

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason


class FormatRefused(DomainError):
    """The contents are of a kind that is not accepted here."""

    problem = problem_types.FORMAT_REFUSED

    def __init__(self, detail: str) -> None:
        super().__init__(detail, reason="format")
        self.reason = "format"


class Unverified(StrEnum):
    """Why a file could not be looked at to its end; labels of a metric."""

    MEMORY = "memory"
    PROCESSOR = "processor"
    TIME = "time"
    CRASH = "crash"
    ERROR = "error"


class Unverifiable(DomainError):
    """The file takes more than any good file of its size, or makes its reader fail: nobody can say what it is."""

    problem = problem_types.FILE_UNVERIFIED

    def __init__(self, reason: Unverified) -> None:
        super().__init__(
            "Ce fichier n'a pas pu être vérifié : il est construit de façon inhabituelle. Rien n'a été enregistré. "
            "Ouvrez-le sur votre appareil, enregistrez-le à nouveau, par exemple au format PDF, puis recommencez."
        )
        self.reason = reason


class TooManyDeposits(TooMany):
    """More files than one candidate may have looked at, at once or within an hour."""

    problem = problem_types.TOO_MANY_FILES


class NoPreview(DomainError):
    """Nothing of the file can be shown as a picture."""

    problem = problem_types.NO_PREVIEW


class DepositClosed(Forbidden):
    """The piece cannot be deposited, deleted or validated now; `detail` says why."""

    problem = problem_types.DEPOSIT_CLOSED


class NotClean(Conflict):
    """Staff open nothing that the antivirus has not found clean."""

    problem = problem_types.NOT_CLEAN


def too_large(size: int) -> TooLarge:
    return TooLarge(
        f"Ce fichier fait {taille(size)} : la taille ne doit pas excéder {taille(LIMIT)}. "
        "Réduisez-le ou envoyez-en un autre."
    )


def empty() -> FileRefused:
    return FileRefused("empty", "Ce fichier est vide : il ne contient aucune donnée. Vérifiez-le puis recommencez.")


def broken_off() -> FileRefused:
    return FileRefused(
        "interrupted", "L'envoi a été interrompu avant la fin : rien n'a été enregistré. Envoyez le fichier à nouveau."
    )


def damaged(what: str) -> FileRefused:
    """`what` with its article: « Ce PDF », « Cette image »."""
    e, il, le = agreement(what)
    return FileRefused(
        "damaged",
        f"{what} est incompl{'ète' if e else 'et'} ou endommagé{e} : {il} ne pourra pas être ouvert{e}. "
        f"Ouvrez-{le} sur votre appareil, enregistrez-{le} à nouveau puis recommencez.",
    )


def protected(what: str) -> FileRefused:
    e, il, le = agreement(what)
    return FileRefused(
        "protected",
        f"{what} est protégé{e} par un mot de passe : {il} ne pourra pas être lu{e}. "
        f"Enregistrez-{le} sans mot de passe puis recommencez.",
    )


def misnamed(extension: str, shown: str, right: str) -> FileRefused:
    """Its name says another format than its contents."""
    name = f"porte l'extension « .{extension[:10]} »" if extension else "n'a pas d'extension"
    return FileRefused(
        "mismatch",
        f"Ce fichier {name} mais son contenu est du {shown}. "
        f"S'il s'agit du bon fichier, renommez-le avec l'extension « .{right} ».",
    )


def agreement(what: str) -> tuple[str, str, str]:
    """What agrees with « Cette image » or « Ce PDF »: ending, subject and object."""
    return ("e", "elle", "la") if what.startswith("Cette ") else ("", "il", "le")


def store_down() -> Unavailable:
    return Unavailable(
        "L'espace de dépôt ne répond pas pour le moment : votre fichier n'a pas été enregistré. "
        "Recommencez dans quelques instants.",
        retry_after=30,
    )


def store_not_read() -> Unavailable:
    return Unavailable("L'espace de dépôt ne répond pas pour le moment. Recommencez dans quelques instants.")


def inspection_busy() -> Unavailable:
    return Unavailable(
        "Trop de fichiers sont en cours de vérification : le vôtre n'a pas été enregistré. "
        "Recommencez dans quelques instants.",
        retry_after=10,
    )


def too_many_at_once() -> TooManyDeposits:
    return TooManyDeposits(
        "Plusieurs de vos fichiers sont déjà en cours d'envoi. Attendez qu'ils soient enregistrés, puis recommencez.",
        retry_after=5,
    )


def too_many_this_hour(seconds: int) -> TooManyDeposits:
    minutes = -(-seconds // 60)
    return TooManyDeposits(
        "Vous avez envoyé un très grand nombre de fichiers en une heure. Ceux qui ont été déposés sont conservés. "
        f"Réessayez dans {minutes} minute{'s' if minutes > 1 else ''}.",
        retry_after=seconds,
    )
