"""The errors with which a file or an act is refused; their texts tell the candidate what to do
next. The reasons that a gestionnaire chooses for « Non Conforme » are the exam's, in its catalogue
(`refusal_reasons`)."""

from enum import StrEnum

from services.chassis.errors import DomainError, Forbidden
from services.contracts import problem_types


class RefusalReason(StrEnum):
    """Why a file is refused: a stable code, in the answer beside its sentence, and a label of a
    metric."""

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
    """The file itself, or its format, is not acceptable; `detail` tells the candidate what to
    do."""

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        is_format = reason is RefusalReason.FORMAT
        problem = problem_types.FORMAT_REFUSED if is_format else problem_types.FILE_REFUSED
        super().__init__(detail, problem=problem, reason=reason)
        self.reason = reason


class UnverifiableFile(DomainError):
    """The file could not be inspected: it takes more time or memory than any sound one, or makes
    its reader fail."""

    problem = problem_types.FILE_UNVERIFIED

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Ce fichier n'a pas pu être vérifié : il est construit de façon inhabituelle. Rien n'a "
            "été enregistré. Ouvrez-le sur votre appareil, enregistrez-le à nouveau, par exemple "
            "au format PDF, puis recommencez."
        )
        self.reason = reason


class DepositClosed(Forbidden):
    """The piece cannot be deposited, deleted or validated at this instant; `detail` says why."""

    problem = problem_types.DEPOSIT_CLOSED


def damaged(noun_phrase: str) -> FileRefused:
    """`noun_phrase`: the file with its article, « Ce PDF », « Cette image »."""
    ending, subject, object_pronoun = gender_agreement(noun_phrase)
    incomplete = "incomplète" if ending else "incomplet"
    return FileRefused(
        RefusalReason.DAMAGED,
        f"{noun_phrase} est {incomplete} ou endommagé{ending} : {subject} ne pourra pas être "
        f"ouvert{ending}. Ouvrez-{object_pronoun} sur votre appareil, "
        f"enregistrez-{object_pronoun} à nouveau puis recommencez.",
    )


def protected(noun_phrase: str) -> FileRefused:
    """`noun_phrase`: as for `damaged`."""
    ending, subject, object_pronoun = gender_agreement(noun_phrase)
    return FileRefused(
        RefusalReason.PROTECTED,
        f"{noun_phrase} est protégé{ending} par un mot de passe : {subject} ne pourra pas être "
        f"lu{ending}. Enregistrez-{object_pronoun} sans mot de passe puis recommencez.",
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
    """The participle's ending, the subject and the object pronoun for « Cette image » or « Ce PDF
    »."""
    return ("e", "elle", "la") if noun_phrase.startswith("Cette ") else ("", "il", "le")
