"""A draft as it stands, and what becomes of it as its tabs are written.

Each transition returns the draft as it then is, or raises; nothing else makes its revision grow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Conflict, Invalid
from services.contracts.registration_rules import NEXT, PREVIOUS
from services.registrations.domain import registration_form, registration_numbers
from services.registrations.domain.change_of_specialite import carried_answers
from services.registrations.domain.dossier import Answers, Dossier
from services.registrations.domain.forms import MAX_ANSWERS_BYTES, size_in_bytes
from services.registrations.domain.refusals import DraftChanged

PostedValues = Mapping[str, str | list[str]]
TOO_LARGE = (
    "Votre dossier comporte trop de texte pour être conservé : raccourcissez ce que vous avez "
    "saisi."
)
_STEPS = {NEXT: 1, PREVIOUS: -1}
"""By how many tabs an action turns; any other one stays."""


@dataclass(frozen=True)
class DraftState:
    """All that the rules need of a draft. `current_tab` is counted from 1; `revision` grows with
    each text that is stored, at `updated_at`."""

    answers: Answers
    updated_at: datetime
    revision: int = 1
    current_tab: int = 1

    def write_tab(
        self, before: Dossier, number: int, values: PostedValues, revision: int, at: datetime
    ) -> "DraftState":
        """Return the draft with what is typed in a tab, valid or not; as it is where just that is
        stored, whatever the `revision` with which the tab was read. `before`: its dossier.

        Raises NotFound for an unknown tab, DraftChanged where another window wrote in between,
        Invalid where the answers get too large.
        """
        tab = before.tab(number)
        stored = self.answers.get(tab.name)
        accepted = registration_form.accepted_values(before, number, values)
        if stored == accepted:
            return self
        if revision != self.revision:
            raise DraftChanged(
                "Ce dossier a été modifié dans une autre fenêtre : choisissez le texte à garder.",
                revision=self.revision,
                yours=dict(accepted),
                theirs=registration_form.accepted_values(before, number, stored or {}),
            )
        after = replace(before, answers={**self.answers, tab.name: accepted})
        carried = replace(after, answers=carried_answers(before, after))
        return replace(
            self,
            answers=answers_to_store(carried),
            revision=self.revision + 1,
            updated_at=at,
        )

    def turn_from(self, number: int, action: str, tabs: int) -> "DraftState":
        """Return the draft as it is shown next, after that `action` in the tab of that number, of
        so many `tabs`."""
        turned = number + _STEPS.get(action, 0)
        return replace(self, current_tab=min(max(turned, 1), tabs))

    def refuse_other_revision(self, revision: int) -> None:
        """Raise DraftChanged where another window wrote after the draft was read with that
        revision."""
        if revision != self.revision:
            raise DraftChanged(
                "Ce dossier a été modifié dans une autre fenêtre : relisez-le avant de "
                "l'enregistrer.",
                revision=self.revision,
                yours={},
                theirs={},
            )


def answers_to_store(answered: Dossier) -> Answers:
    """Return the answers to store; if they are too large, without those that no tab asks for any
    more. Raises Invalid if they still are."""
    answers = answered.answers
    if size_in_bytes(answers) > MAX_ANSWERS_BYTES:
        answers = registration_form.without_unasked_answers(answered).answers
    refuse_oversized(answers)
    return answers


def refuse_oversized(answers: Answers) -> None:
    """Raise Invalid for answers that are too large to be kept."""
    if size_in_bytes(answers) > MAX_ANSWERS_BYTES:
        raise Invalid(TOO_LARGE)


def refuse_overtaken(begun_from: Answers, current: Answers, version: int) -> None:
    """Raise Conflict where somebody else saved other answers, in the candidature's current
    `version`, since the draft was begun: they are not replaced."""
    if current != begun_from:
        label = registration_numbers.version_label(version)
        raise Conflict(
            f"La candidature a été modifiée entre-temps ({label}) : rien n'est remplacé. "
            "Abandonnez ces changements, puis recommencez-les à partir de cette version."
        )
