"""The errors with which a file or an act is refused; their texts tell the candidate what to do next."""

from enum import StrEnum

from services.chassis.errors import DomainError, Forbidden, TooLarge, TooMany, Unavailable
from services.chassis.french import file_size
from services.contracts import problem_types
from services.contracts.piece_rules import MAX_FILE_BYTES

STORE_RETRY_SECONDS = 30
"""After which who deposits is asked to come back, where the object store does not answer."""
BUSY_RETRY_SECONDS = 10
"""The same where too many files wait for an inspection."""
CONCURRENT_RETRY_SECONDS = 5
"""The same where the candidate's other files are under way."""


class RefusalReason(StrEnum):
    """Why a file is refused: a stable code, in the answer beside its sentence, and a label of a metric."""

    BOMB = "bomb"
    DAMAGED = "damaged"
    EMPTY = "empty"
    EXECUTABLE = "executable"
    FORMAT = "format"
    MACROS = "macros"
    MISMATCH = "mismatch"
    NESTED = "nested"
    PROTECTED = "protected"
    TOO_MANY_ENTRIES = "too_many_entries"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNSAFE_NAMES = "unsafe_names"


class FileRefused(DomainError):
    """The file itself is not acceptable; `detail` tells the candidate what to do."""

    problem = problem_types.FILE_REFUSED

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason


class FormatRefused(FileRefused):
    """The contents are of a format that is not accepted for this piece."""

    problem = problem_types.FORMAT_REFUSED

    def __init__(self, detail: str) -> None:
        super().__init__(RefusalReason.FORMAT, detail)


class UnverifiableFile(DomainError):
    """The file could not be inspected: it takes more time or memory than any sound one, or makes its reader fail."""

    problem = problem_types.FILE_UNVERIFIED

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Ce fichier n'a pas pu être vérifié : il est construit de façon inhabituelle. Rien n'a été enregistré. "
            "Ouvrez-le sur votre appareil, enregistrez-le à nouveau, par exemple au format PDF, puis recommencez."
        )
        self.reason = reason


class TooManyDeposits(TooMany):
    """More files than one candidate may send, at once or within an hour."""

    problem = problem_types.TOO_MANY_FILES


class QuotaReached(TooLarge):
    """More bytes of replaced files than are kept of one candidate."""

    problem = problem_types.QUOTA_REACHED


class NoPreview(DomainError):
    """The file cannot be shown as a picture."""

    problem = problem_types.NO_PREVIEW


class DepositClosed(Forbidden):
    """The piece cannot be deposited, deleted or validated at this instant; `detail` says why."""

    problem = problem_types.DEPOSIT_CLOSED


def too_large(size: int) -> TooLarge:
    return TooLarge(
        f"Ce fichier fait {file_size(size)} : la taille ne doit pas excéder {file_size(MAX_FILE_BYTES)}. "
        "Réduisez-le ou envoyez-en un autre."
    )


def quota_reached(retired: int, most: int) -> QuotaReached:
    return QuotaReached(
        f"Les fichiers que vous avez remplacés ou supprimés font ensemble {file_size(retired)}, et le portail en "
        f"garde {file_size(most)} au plus par candidat : celui-ci n'a pas été enregistré, ce qui est déposé reste. "
        "Les fichiers remplacés le jour de leur dépôt sont effacés en quatre jours au plus : recommencez ensuite."
    )


def empty() -> FileRefused:
    return FileRefused(
        RefusalReason.EMPTY, "Ce fichier est vide : il ne contient aucune donnée. Vérifiez-le puis recommencez."
    )


def damaged(noun_phrase: str) -> FileRefused:
    """`noun_phrase`: the file with its article, « Ce PDF », « Cette image »."""
    ending, subject, object_pronoun = gender_agreement(noun_phrase)
    incomplete = "incomplète" if ending else "incomplet"
    return FileRefused(
        RefusalReason.DAMAGED,
        f"{noun_phrase} est {incomplete} ou endommagé{ending} : {subject} ne pourra pas être ouvert{ending}. "
        f"Ouvrez-{object_pronoun} sur votre appareil, enregistrez-{object_pronoun} à nouveau puis recommencez.",
    )


def protected(noun_phrase: str) -> FileRefused:
    """`noun_phrase`: as for `damaged`."""
    ending, subject, object_pronoun = gender_agreement(noun_phrase)
    return FileRefused(
        RefusalReason.PROTECTED,
        f"{noun_phrase} est protégé{ending} par un mot de passe : {subject} ne pourra pas être lu{ending}. "
        f"Enregistrez-{object_pronoun} sans mot de passe puis recommencez.",
    )


def wrong_extension(extension: str, format_label: str, right_extension: str) -> FileRefused:
    """The file's name says another format than its contents, which are of `format_label`."""
    name = f"porte l'extension « .{extension[:10]} »" if extension else "n'a pas d'extension"
    return FileRefused(
        RefusalReason.MISMATCH,
        f"Ce fichier {name} mais son contenu est du {format_label}. "
        f"S'il s'agit du bon fichier, renommez-le avec l'extension « .{right_extension} ».",
    )


def gender_agreement(noun_phrase: str) -> tuple[str, str, str]:
    """The participle's ending, the subject and the object pronoun for « Cette image » or « Ce PDF »."""
    return ("e", "elle", "la") if noun_phrase.startswith("Cette ") else ("", "il", "le")


def store_unavailable_on_write() -> Unavailable:
    return Unavailable(
        "L'espace de dépôt ne répond pas pour le moment : votre fichier n'a pas été enregistré. "
        "Recommencez dans quelques instants.",
        retry_after=STORE_RETRY_SECONDS,
    )


def store_unavailable_on_read() -> Unavailable:
    return Unavailable("L'espace de dépôt ne répond pas pour le moment. Recommencez dans quelques instants.")


def inspection_busy() -> Unavailable:
    return Unavailable(
        "Trop de fichiers sont en cours de vérification : le vôtre n'a pas été enregistré. "
        "Recommencez dans quelques instants.",
        retry_after=BUSY_RETRY_SECONDS,
    )


def too_many_concurrent_deposits() -> TooManyDeposits:
    return TooManyDeposits(
        "Plusieurs de vos fichiers sont déjà en cours d'envoi. Attendez qu'ils soient enregistrés, puis recommencez.",
        retry_after=CONCURRENT_RETRY_SECONDS,
    )


def too_many_deposits_per_hour(seconds: int) -> TooManyDeposits:
    minutes = -(-seconds // 60)
    return TooManyDeposits(
        "Vous avez envoyé un très grand nombre de fichiers en une heure. Ceux qui ont été déposés sont conservés. "
        f"Réessayez dans {minutes} minute{'s' if minutes > 1 else ''}.",
        retry_after=seconds,
    )
