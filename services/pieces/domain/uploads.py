"""Files that come in parts and go on where they broke: how much, how long, and which instant counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.errors import Conflict, DomainError, TooLarge
from services.chassis.french import taille
from services.contracts import problem_types
from services.pieces.domain.refusals import LIMIT, TooManyDeposits

MOST_SENT = 1024 * 1024  # bytes of one request
MOST_OPEN = 12  # uploads of one candidate that are not deposited yet: the pages of one document
MOST_OPEN_BYTES = 24 * 1024 * 1024
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 120  # uploads of one candidate, given up or not: their bytes are written down as they come
UPLOAD_LIFE = timedelta(minutes=30)
"""How long after its beginning an upload is still in time by its beginning; unused for as long it may give way."""
EXPIRY = timedelta(hours=24)
"""How long an upload stays that gets no more bytes."""


class UploadIncomplete(Conflict):
    """It has not all its bytes; `upload` and `offset` say which and how many."""

    problem = problem_types.UPLOAD_INCOMPLETE


class UploadDeposited(Conflict):
    """It is a deposit already, of this piece with other uploads."""

    problem = problem_types.UPLOAD_DEPOSITED


class WrongOffset(Conflict):
    """Bytes that do not begin where the upload ends; `offset` says where that is."""

    problem = problem_types.WRONG_OFFSET


class ForeignVersion(DomainError):
    """Not tus 1.0.0."""

    problem = problem_types.PROTOCOL_VERSION


class BadRequestHeader(DomainError):
    """A header of the protocol that is missing or cannot be."""

    problem = problem_types.BAD_REQUEST


def counted_from(begun: Sequence[datetime], asked_at: datetime) -> datetime:
    """The instant that counts for the period: when the first of the uploads began, for as long as UPLOAD_LIFE."""
    first = min(begun)
    return first if first <= asked_at < first + UPLOAD_LIFE else asked_at


def incomplete(upload_id: str, offset: int) -> UploadIncomplete:
    return UploadIncomplete(
        "Le fichier n'est pas encore entièrement arrivé. Reprenez l'envoi, puis recommencez.",
        upload=upload_id,
        offset=offset,
    )


def wrong_offset(offset: int) -> WrongOffset:
    return WrongOffset("L'envoi reprend à un autre endroit que celui où il s'est arrêté.", offset=offset)


def beyond_the_end() -> TooLarge:
    return TooLarge("L'envoi contient plus d'octets que la taille annoncée du fichier.")


def too_many_open(seconds: int) -> TooManyDeposits:
    return TooManyDeposits(
        f"Plusieurs de vos envois ne sont pas terminés ({MOST_OPEN} fichiers ou {taille(MOST_OPEN_BYTES)} au plus). "
        "Terminez-les ou annulez-les, ou réessayez plus tard.",
        retry_after=seconds,
    )


def too_many_an_hour(seconds: int) -> TooManyDeposits:
    return TooManyDeposits("Vous avez envoyé trop de fichiers en une heure. Réessayez plus tard.", retry_after=seconds)


def too_large_together(size: int, heaviest: str, its_size: int) -> TooLarge:
    """For pages joined into one document; `heaviest` is the name of the largest file."""
    return TooLarge(
        f"Réunies, les pages font {taille(size)} : la taille ne doit pas excéder {taille(LIMIT)}. "
        f"La plus volumineuse est « {heaviest} » ({taille(its_size)}) : réduisez-la ou retirez-la."
    )
