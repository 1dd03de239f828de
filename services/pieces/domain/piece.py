"""Whether a candidate may deposit, delete or validate a piece at an instant; if not, the sentence
that says why.

Deposit periods are half-open [opens, closes), compared as instants, shown in Paris time (guide
§10). « J'ai fourni toutes mes pièces » validates a regroupement, which freezes its pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.clock import to_paris
from services.contracts import page_labels
from services.contracts.piece_rules import Scan, Status
from services.french import file_size, short_date, shown_end, time_of_day, weekday_date


@dataclass(frozen=True, order=True)
class Period:
    """Aware instants; ordered by opening, then by closing."""

    opens: datetime
    closes: datetime

    def is_open(self, at: datetime) -> bool:
        """From `opens` on, no longer at `closes` itself."""
        return self.opens <= at < self.closes

    @property
    def sentence(self) -> str:
        """« A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59
        (heure/Paris) »

        The guide shows the hour of the end alone; that of the beginning is shown where it is not
        midnight.
        """
        end = shown_end(self.closes)
        opens = to_paris(self.opens)
        hour = "" if (opens.hour, opens.minute) == (0, 0) else f" {time_of_day(opens)}"
        until = f"{weekday_date(end)} {time_of_day(end)} (heure/Paris)"
        return f"A déposer en ligne entre le {weekday_date(opens)}{hour} et le {until}"

    def closed_reason(self, at: datetime) -> str:
        """The sentence that says why nothing can be deposited at `at`, outside the period."""
        if at < self.opens:
            return f"Le dépôt n'est pas encore ouvert : il ouvrira le {format_instant(self.opens)}."
        return f"Le dépôt est fermé depuis le {format_instant(shown_end(self.closes))}."


def format_instant(instant: datetime) -> str:
    """« 05/03/2021 15:59 (heure/Paris) »"""
    return f"{short_date(instant)} {time_of_day(instant)} (heure/Paris)"


def days_left(deadline: datetime, at: datetime) -> int:
    """Days of Paris from the day of `at` to the last day before the exclusive `deadline`; 0 on that
    day itself."""
    return (shown_end(deadline).date() - to_paris(at).date()).days


INSTANT_COUNTS = timedelta(minutes=30)
"""How long the instant of an upload's beginning counts for the deposit period."""


def deposit_instant(begun_at: Sequence[datetime], requested_at: datetime) -> datetime:
    """The instant that counts for the deposit period: when the first upload began, if that is less
    than INSTANT_COUNTS ago, else that of the request."""
    first = min(begun_at)
    return first if first <= requested_at < first + INSTANT_COUNTS else requested_at


VALIDATED = "Vous avez validé cette pièce : elle ne peut plus être modifiée."
CONTROLLED = (
    "Cette pièce a été prise en compte par le service gestionnaire : elle ne peut plus être "
    "modifiée."
)
NO_LONGER_ASKED = "Cette pièce ne vous est plus demandée."
NO_FILE = "Aucun fichier n'est déposé pour cette pièce."


@dataclass(frozen=True)
class CurrentDeposit:
    """The current file. `controlled`: a gestionnaire has controlled this very file; `outdated`: it
    is of an earlier version of the candidature, and another one is asked for."""

    scan: Scan
    controlled: bool
    outdated: bool = False


@dataclass(frozen=True)
class PieceState:
    """All that the rules need of a piece.

    `validated_at`: when the candidate validated it; None again once a refused piece got a new file.
    `resubmit_until`: exclusive end of the right that a « Non Conforme » gives, or a newer version
    of the candidature (`asked_again_for`); None where there is none (any more).
    """

    label: str
    asked: bool
    required: bool
    period: Period
    deposit: CurrentDeposit | None
    status: Status | None
    validated_at: datetime | None
    resubmit_until: datetime | None
    asked_again_for: int | None = None

    @property
    def reopened(self) -> bool:
        return self.resubmit_until is not None

    @property
    def deadline(self) -> datetime:
        """The exclusive end of depositing it: its own after a refusal, else its period's; where a
        newer version asks for it again, the later of both."""
        if self.resubmit_until is None or self.asked_again_for is None:
            return self.resubmit_until or self.period.closes
        return max(self.resubmit_until, self.period.closes)

    @property
    def settled(self) -> bool:
        """Validated by the candidate, or received or accepted by the gestionnaire, and not refused
        since."""
        if self.reopened:
            return False
        return self.validated_at is not None or self.status in (Status.RECEIVED, Status.COMPLIANT)

    @property
    def provided(self) -> bool:
        """There is something to control: a file that neither staff nor antivirus refused, or a
        paper received."""
        if self.deposit is None or self.deposit.outdated:
            return self.status in (Status.RECEIVED, Status.COMPLIANT)
        return self.status is not Status.NON_COMPLIANT and self.deposit.scan is not Scan.INFECTED

    def in_time(self, at: datetime) -> bool:
        """Whether the piece can be deposited at `at`: a refused piece until its own end, even after
        the period; others within the period."""
        return at < self.deadline if self.reopened else self.period.is_open(at)

    def is_open(self, at: datetime) -> bool:
        """Asked for, not settled, in time: a validation at `at` freezes it. After the period those
        are the refused pieces alone, until their own date."""
        return self.asked and not self.settled and self.in_time(at)


def deposit_refusal(piece: PieceState, at: datetime) -> str | None:
    """Why no file can be deposited at `at`, as a sentence; None if one can."""
    return NO_LONGER_ASKED if not piece.asked else _change_refusal(piece, at)


def deletion_refusal(piece: PieceState, at: datetime) -> str | None:
    """Why the current file cannot be deleted at `at`, as a sentence; None if it can. A controlled
    file stays, as proof of what was controlled."""
    if piece.deposit is None:
        return NO_FILE
    if piece.deposit.controlled:
        return CONTROLLED
    return _change_refusal(piece, at)


def _change_refusal(piece: PieceState, at: datetime) -> str | None:
    if piece.settled:
        return VALIDATED if piece.validated_at is not None else CONTROLLED
    if piece.in_time(at):
        return None
    if piece.reopened:
        return reopening_over(piece.deadline)
    return piece.period.closed_reason(at)


def reopening_over(until: datetime) -> str:
    """The sentence once the right to deposit again has ended, at the exclusive `until`."""
    return (
        f"Cette pièce pouvait être déposée à nouveau jusqu'au {format_instant(shown_end(until))}."
    )


RECEIVED = "Le service gestionnaire a reçu cette pièce et ne l'a pas encore contrôlée."
SIGN_AGAIN = (
    "Votre inscription a été modifiée : ce document doit être signé à nouveau pour la version {}."
)
NOTHING_TO_DO = "Vous n'avez rien à faire."
DANGEROUS = "L'antivirus a trouvé ce fichier dangereux : remplacez-le."


def candidate_sentence(piece: PieceState, at: datetime) -> str | None:
    """What its candidate reads beside the piece at `at`; None where the file and its dates say
    enough."""
    if not piece.asked:
        return NO_LONGER_ASKED
    can_deposit = deposit_refusal(piece, at) is None
    if can_deposit and piece.deposit and piece.deposit.scan is Scan.INFECTED:
        return DANGEROUS
    if piece.reopened:
        return _once_reopened(piece, can_deposit)
    return (
        {Status.RECEIVED: RECEIVED, Status.COMPLIANT: NOTHING_TO_DO}.get(piece.status)
        if piece.status
        else None
    )


def _once_reopened(piece: PieceState, can_deposit: bool) -> str:
    end = format_instant(shown_end(piece.deadline))
    if can_deposit and piece.provided:
        return (
            f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le "
            f"{end}."
        )
    why = f"{SIGN_AGAIN.format(piece.asked_again_for)} " if piece.asked_again_for else ""
    if not can_deposit:
        return why + reopening_over(piece.deadline)
    return f"{why}Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {end}."


ALREADY_VALIDATED = "Vous avez déjà indiqué avoir fourni toutes les pièces de ce regroupement."
SETTLED_BY_STAFF = (
    "Le service gestionnaire a pris en compte toutes les pièces de ce regroupement : vous n'avez "
    "rien à faire."
)
SETTLED_BY_BOTH = (
    "Toutes les pièces de ce regroupement sont validées ou prises en compte par le service "
    "gestionnaire : vous n'avez rien à faire."
)
NOTHING_ASKED = "Aucune pièce n'est demandée dans ce regroupement."
NOTHING_PROVIDED = "Aucun fichier n'a été déposé dans ce regroupement."
QUOTA_SHARE = 0.75
"""Of the bytes of replaced files that are kept of one candidate: from then on it is told."""
WARNING = (
    'En cliquant sur "J\'ai fourni toutes les pièces", vous validez que vous avez fourni toutes'
    " vos pièces, vous ne pourrez plus les modifier et vos pièces pourront être étudiées."
)


def is_complete(pieces: Sequence[PieceState]) -> bool:
    """Whether every piece asked for in the regroupement is settled: then there is nothing to
    validate."""
    asked_pieces = [piece for piece in pieces if piece.asked]
    return bool(asked_pieces) and all(piece.settled for piece in asked_pieces)


def validation_refusal(pieces: Sequence[PieceState], at: datetime) -> str | None:
    """Why the regroupement cannot be validated at `at`, as a sentence; None if it can."""
    asked_pieces = [piece for piece in pieces if piece.asked]
    if not asked_pieces:
        return NOTHING_ASKED
    if is_complete(asked_pieces):
        return _settled_sentence(asked_pieces)
    open_pieces = [piece for piece in asked_pieces if piece.is_open(at)]
    if not open_pieces:
        return deposit_refusal(next(piece for piece in asked_pieces if not piece.settled), at)
    missing = [
        piece for piece in open_pieces if (piece.required or piece.reopened) and not piece.provided
    ]
    if missing:
        return _missing_sentence(missing)
    if any(piece.provided for piece in asked_pieces):
        return None
    return NOTHING_PROVIDED


def _settled_sentence(pieces: Sequence[PieceState]) -> str:
    """Says who settled the pieces: the candidate by validations, the gestionnaire by controls, or
    both."""
    validated = [piece.validated_at is not None for piece in pieces]
    if all(validated):
        return ALREADY_VALIDATED
    return SETTLED_BY_BOTH if any(validated) else SETTLED_BY_STAFF


def _missing_sentence(missing: Sequence[PieceState]) -> str:
    infected = [
        piece.label for piece in missing if piece.deposit and piece.deposit.scan is Scan.INFECTED
    ]
    if infected:
        return f"L'antivirus a trouvé un fichier dangereux, à remplacer : {' ; '.join(infected)}."
    names = " ; ".join(piece.label for piece in missing)
    return f"Il manque {'une pièce' if len(missing) == 1 else f'{len(missing)} pièces'} : {names}."


def quota_sentence(retired: int, most: int) -> str | None:
    """How many bytes of replaced files are kept of one candidate, where few more may be."""
    if retired < QUOTA_SHARE * most:
        return None
    return (
        f"Les fichiers que vous avez remplacés ou supprimés font ensemble {file_size(retired)}, "
        f"sur {file_size(most)} au plus : ne remplacez plus que ce qui doit l'être."
    )
