"""A candidature as it stands, what may become of it, and why it may not: a sentence for who asked.

Each transition returns the candidature as it then is, or raises; nothing else makes its version
grow.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Conflict, PreconditionFailed
from services.contracts.registration_rules import ACTIVE, TO_VALIDATE, VALIDATED
from services.contracts.registrations import RegistrationSaved
from services.registrations.domain import windows
from services.registrations.domain.certification import Certification, ShownVersion
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.refusals import refuse_when_closed, too_late_to

ENDED = "Cette candidature n'est plus active."
TOO_LATE_TO_CORRECT = "La session est close : cette candidature ne peut plus être corrigée."
TOO_LATE_TO_RESTORE = "La session est close : cette candidature ne peut plus être rétablie."
ON_PAPER = "Cette inscription ne se valide pas en ligne : signez sa confirmation et déposez-la."
REPLACED = (
    "Votre inscription a été modifiée depuis que cette page a été affichée : relisez-la ci-dessous "
    "telle qu'elle est enregistrée maintenant, puis validez-la."
)


@dataclass(frozen=True)
class CandidatureState:
    """All that the rules need of a saved candidature; as it is made, it was just saved first.

    `state`: of CANDIDATURE_STATES. `version`: the number of the newest one. `state_changed_at`:
    when it ended, or was restored since; None of one that never ended. `end_reason`: what the
    member of staff who ended it wrote. `validation`: of VALIDATION_STATES, None where the current
    version is certified on paper. `validate_until`: exclusive end of the second try that a
    correction by staff gave, until it is validated.
    """

    state: str = ACTIVE
    version: int = 1
    state_changed_at: datetime | None = None
    end_reason: str | None = None
    validation: str | None = None
    validate_until: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.state == ACTIVE

    @property
    def number_of_end(self) -> int:
        """Return the number with which the end of this candidature is published.

        It is newer than any saved version, in whichever order the events arrive; a version that is
        saved later is newer still.
        """
        return self.version + 1

    def end(self, state: str, at: datetime, reason: str | None = None) -> "CandidatureState":
        """Return the candidature as it ends at `at`: in that `state`, withdrawn or set aside.

        Raises Conflict (`extra`: state) for one that has ended already.
        """
        self._refuse_ended()
        return replace(self, state=state, state_changed_at=at, end_reason=reason)

    def restore(self, at: datetime, session_closes: datetime) -> "CandidatureState":
        """Return the candidature as it is active again from `at` on, in a version that is newer
        than its end. Raises Conflict once its session has closed."""
        if session_closes <= at:
            raise Conflict(TOO_LATE_TO_RESTORE)
        return replace(
            self,
            state=ACTIVE,
            state_changed_at=at,
            end_reason=None,
            version=self.number_of_end + 1,
        )

    def add_version(self) -> "CandidatureState":
        """Return the candidature as its candidate saves it anew.

        Raises Conflict (`extra`: state) for one that has ended.
        """
        self._refuse_ended()
        return replace(self, version=self.version + 1)

    def correct(self, at: datetime, session_closes: datetime) -> "CandidatureState":
        """Return the candidature as staff save it anew at `at`, whatever the window says.

        Raises Conflict for one that has ended (`extra`: state) or whose session has closed.
        """
        self.refuse_correction(at, session_closes)
        return self.add_version()

    def refuse_correction(self, at: datetime, session_closes: datetime) -> None:
        """Raise what `correct` would raise at that instant, and change nothing."""
        self._refuse_ended()
        if session_closes <= at:
            raise Conflict(TOO_LATE_TO_CORRECT)

    def certify(self, certification: Certification, *, is_online: bool) -> "CandidatureState":
        """Return the candidature as its current version is certified: online or on paper."""
        validation = VALIDATED if certification.validation else TO_VALIDATE
        return replace(
            self,
            validation=validation if is_online else None,
            validate_until=certification.validate_until,
        )

    def validate(
        self, newest: RegistrationSaved, shown: ShownVersion, view: OpeningView, at: datetime
    ) -> "CandidatureState":
        """Return the candidature as its candidate certifies at `at` what was `shown` to them; as it
        is where they have done so before. `newest`: the current version as it is printed now.

        Raises Conflict where it is certified on paper, PreconditionFailed where it was shown
        otherwise, WindowClosed where neither the registrations are open nor a second try lasts.
        """
        if not newest.is_certified_online:
            raise Conflict(ON_PAPER)
        if shown != ShownVersion.of(newest):
            raise PreconditionFailed(REPLACED)
        if not newest.is_to_validate:
            return self
        if not windows.is_in_second_try(self.validate_until, at):
            refuse_when_closed(view, at, too_late_to("valider votre inscription"))
        return replace(self, validation=VALIDATED, validate_until=None)

    def _refuse_ended(self) -> None:
        if not self.is_active:
            raise Conflict(ENDED, state=self.state)
