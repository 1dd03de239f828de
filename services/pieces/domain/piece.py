"""A piece as it stands, what may become of it, and why it may not: a sentence for who asked.

Each transition returns the piece as it then is, or raises; nothing else makes its revision grow.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.errors import Conflict, FieldError, Invalid
from services.contracts import problem_types
from services.contracts.piece_rules import Scan, Status
from services.french import shown_end
from services.pieces.domain import control
from services.pieces.domain.control import Decision, MadeControl, Standing
from services.pieces.domain.period import Period, format_instant
from services.pieces.domain.refusals import DepositClosed

VALIDATED = "Vous avez validé cette pièce : elle ne peut plus être modifiée."
CONTROLLED = (
    "Cette pièce a été prise en compte par le service gestionnaire : elle ne peut plus être "
    "modifiée."
)
NO_LONGER_ASKED = "Cette pièce ne vous est plus demandée."
NO_FILE = "Aucun fichier n'est déposé pour cette pièce."
FOUND_INFECTED = (
    "Après la décision « Conforme », l'antivirus a trouvé ce fichier dangereux. Un autre fichier "
    "est demandé au candidat."
)
"""The reason with which a piece that was found compliant waits for a gestionnaire again."""


@dataclass(frozen=True)
class CurrentDeposit:
    """The current file. `controlled`: a gestionnaire has controlled this very file; `version`: the
    one of the candidature that it was given for, once a newer one asks for another file; `id`: None
    where a query reads what a list needs alone."""

    scan: Scan
    controlled: bool
    version: int | None = None
    id: str | None = None

    @property
    def outdated(self) -> bool:
        """It is of an earlier version of the candidature, and another one is asked for."""
        return self.version is not None


@dataclass(frozen=True)
class PieceState:
    """All that the rules need of a piece.

    `comment`: what goes with the status, or why there is none any more; `received_on`: the day on
    which a paper came; `validated_at`: when the candidate validated it, None again once a refused
    piece got a new file. `resubmit_until`: exclusive end of the right to deposit again that a « Non
    Conforme » gives, a file found dangerous, or a newer version of the candidature
    (`asked_again_for`); None where there is none (any more). `revision` grows with each transition.
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
    comment: str | None = None
    received_on: date | None = None
    revision: int = 1

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

    @property
    def deposit_id(self) -> str | None:
        return self.deposit.id if self.deposit else None

    @property
    def standing(self) -> Standing:
        """What a control replaces, and a file leaves behind: either may count again."""
        return Standing(
            status=self.status,
            comment=self.comment,
            received_on=self.received_on,
            resubmit_until=self.resubmit_until,
            asked_again_for=self.asked_again_for,
            version=self.deposit.version if self.deposit else None,
        )

    def ask(self, *, asked: bool) -> "PieceState":
        """Return the piece as the newest version of its candidature asks for it, or not."""
        if asked == self.asked:
            return self
        return replace(self, asked=asked, revision=self.revision + 1)

    def put_file(self, file: CurrentDeposit, at: datetime) -> "PieceState":
        """Return the piece with a file that its candidate deposits at `at`.

        What was decided of the one before, and its validation, count no more. Raises DepositClosed.
        """
        if reason := deposit_refusal(self, at):
            raise DepositClosed(reason)
        return replace(
            self,
            deposit=file,
            status=None,
            comment=None,
            received_on=None,
            validated_at=None,
            revision=self.revision + 1,
        )

    def restore_file(
        self, file: CurrentDeposit, left: Standing, newest_version: int
    ) -> "PieceState":
        """Return the piece with an earlier file of its own, and as that one `left` it.

        The candidate's validation stays. What was asked for again then is so for the newest version
        of the candidature.
        """
        return replace(
            self,
            deposit=replace(file, version=left.version),
            status=left.known_status,
            comment=left.comment,
            received_on=left.received_on,
            resubmit_until=left.resubmit_until,
            asked_again_for=newest_version if left.asked_again_for is not None else None,
            revision=self.revision + 1,
        )

    def take_file_back(self, at: datetime, last: Decision | None) -> "PieceState":
        """Return the piece without the file that its candidate takes back at `at`.

        Where that one was to replace a refused file, the refusal counts again: the `last` decision
        on the piece. Raises DepositClosed.
        """
        if reason := deletion_refusal(self, at):
            raise DepositClosed(reason)
        without = replace(self, deposit=None, revision=self.revision + 1)
        is_to_replace = self.resubmit_until is not None and self.asked_again_for is None
        if last is None or last.status is not Status.NON_COMPLIANT or not is_to_replace:
            return without
        return replace(
            without, status=last.status, comment=last.comment, received_on=last.received_on
        )

    def validate(self, at: datetime, now: datetime) -> "PieceState":
        """Return the piece as its candidate hands it over `now`, having asked for it at `at`.

        Whether all of the regroupement is there is decided before (`group_validation`). Raises
        DepositClosed for a piece that is not open.
        """
        if not self.is_open(at):
            raise DepositClosed(
                deposit_refusal(self, at) or VALIDATED, problem=problem_types.VALIDATION_CLOSED
            )
        return replace(
            self,
            validated_at=now,
            resubmit_until=None,
            asked_again_for=None,
            revision=self.revision + 1,
        )

    def decide(self, decision: Decision, now: datetime) -> "PieceState":
        """Return the piece as a gestionnaire decides on it.

        Whichever version its file was given for, it is what was decided on. Raises Conflict for
        another file than the current one, Invalid with all errors of the decision.
        """
        if decision.deposit_id != self.deposit_id:
            error = FieldError("#/deposit_id", "Ce dépôt n'est pas le dépôt courant de la pièce.")
            raise Conflict(
                "Le fichier examiné n'est plus celui de la pièce.",
                problem=problem_types.DEPOSIT_REPLACED,
                errors=(error,),
            )
        scan = self.deposit.scan if self.deposit else None
        if errors := control.decision_errors(decision, now, scan):
            raise Invalid(errors=errors)
        return replace(
            self,
            deposit=replace(self.deposit, version=None) if self.deposit else None,
            status=decision.status,
            comment=decision.comment,
            received_on=decision.received_on,
            resubmit_until=control.resubmit_until(decision, self.period, now),
            asked_again_for=None,
            revision=self.revision + 1,
        )

    def take_back(
        self, latest: MadeControl | None, staff_id: str, saved_at: datetime
    ) -> "PieceState":
        """Return the piece as it stood before its latest control, which this gestionnaire takes
        back. `saved_at`: when the candidature was last saved. Raises Conflict."""
        reason = taking_back_refusal(self, latest, staff_id, saved_at)
        before = latest.before if latest else None
        if reason or before is None:
            raise Conflict(reason or control.NOT_THE_CALLERS)
        return replace(
            self,
            deposit=replace(self.deposit, version=before.version) if self.deposit else None,
            status=before.known_status,
            comment=before.comment,
            received_on=before.received_on,
            resubmit_until=before.resubmit_until,
            asked_again_for=before.asked_again_for,
            revision=self.revision + 1,
        )

    def ask_again(self, version: "ProvingVersion", now: datetime) -> "PieceState":
        """Return the piece as a version of its candidature asks for it again.

        Unchanged where nothing was given, where what was given was so since that version was saved,
        and where it was refused: then it is asked for anyway.
        """
        is_given = (
            self.deposit is not None
            or self.status in (Status.RECEIVED, Status.COMPLIANT)
            or self.asked_again_for is not None
        )
        is_since = version.given_at is not None and version.given_at >= version.saved_at
        if not is_given or is_since or self.status is Status.NON_COMPLIANT:
            return self
        return replace(
            self,
            deposit=self.deposit and _given_for(self.deposit, version.earlier),
            status=None,
            comment=None,
            received_on=None,
            validated_at=None,
            resubmit_until=control.second_try_until(self.period, now),
            asked_again_for=version.number,
            revision=self.revision + 1,
        )

    def follow(self, version: int) -> "PieceState":
        """Return the piece for a newer version of its candidature that asks for nothing again: what
        is asked for again by then is so for this one."""
        return self if self.asked_again_for is None else replace(self, asked_again_for=version)

    def found_infected(self, now: datetime) -> "PieceState":
        """Return the piece once the antivirus has found its file dangerous.

        One that was « Conforme » is to be controlled again, and its candidate may deposit another
        file; what has any other status stays as it is.
        """
        if self.status is not Status.COMPLIANT:
            return self
        return replace(
            self,
            status=None,
            comment=FOUND_INFECTED,
            received_on=None,
            resubmit_until=control.second_try_until(self.period, now),
            revision=self.revision + 1,
        )

    def found_clean(self) -> "PieceState":
        """Return the piece once the antivirus finds nothing in its file.

        Where it was found dangerous before, that is no reason any more; the piece is to be
        controlled all the same.
        """
        if self.status is not None or self.comment is None:
            return self
        return replace(self, comment=None, revision=self.revision + 1)


@dataclass(frozen=True)
class ProvingVersion:
    """A version of a candidature which the piece has to prove. `earlier`: the version known before
    it; `saved_at`: when it was saved; `given_at`: when what there is of the piece was given."""

    number: int
    earlier: int
    saved_at: datetime
    given_at: datetime | None


def _given_for(deposit: CurrentDeposit, version: int) -> CurrentDeposit:
    """The file, of that version unless it is of an earlier one."""
    return deposit if deposit.outdated else replace(deposit, version=version)


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


def taking_back_refusal(
    piece: PieceState, latest: MadeControl | None, staff_id: str, saved_at: datetime
) -> str | None:
    """Say why this gestionnaire cannot take back the latest control of the piece; None if they can.

    They can while the piece is as that control left it, and its candidature was not saved since
    (`saved_at`).
    """
    if latest is None or latest.staff_id != staff_id or latest.before is None:
        return control.NOT_THE_CALLERS
    decision = latest.decision
    left = (decision.status, decision.resubmit_until, decision.deposit_id)
    is_as_left = (piece.status, piece.resubmit_until, piece.deposit_id) == left
    return None if is_as_left and saved_at <= latest.made_at else control.ACTED_UPON
