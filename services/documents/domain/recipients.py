"""Who publishes, and for which candidature a line or a file of an import is: found by its N°
candidat within an exam's session. Withdrawn candidatures are hidden, those set aside are not.

Events arrive in any order, so versions decide, never the time of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from services.contracts.accounts import Identity
from services.contracts.registrations import EpreuveLine


@dataclass(frozen=True)
class Publisher:
    """A gestionnaire who publishes. `academies`: codes; None means all."""

    id: str
    academies: frozenset[str] | None

    def may_publish_in(self, academie: str) -> bool:
        return self.academies is None or academie in self.academies


class Activity(Enum):
    """A candidature that is withdrawn is hidden. Who was set aside (`ECARTEE`) by the service
    gestionnaire did not ask for it, and may need to show what they registered."""

    ACTIVE = auto()
    WITHDRAWN = auto()
    ECARTEE = auto()


def activity_of(version: int, ended: int | None, *, ecartee: bool) -> Activity:
    """Tell how a saved version of a candidature stands that has `ended` with a version: a later one
    is active again."""
    if ended is None or version > ended:
        return Activity.ACTIVE
    return Activity.ECARTEE if ecartee else Activity.WITHDRAWN


REASONS = {
    Activity.WITHDRAWN: "La candidature est désinscrite",
    Activity.ECARTEE: "La candidature est écartée",
}


class RecipientRefused(ValueError):
    """Nothing is published for this number; the message is the reason, in French."""


@dataclass(frozen=True)
class Candidature:
    """A candidature by what decides whether a document is published for it."""

    id: str
    numero_candidat: str
    numero_inscription: str
    exam_label: str
    session_label: str
    academie_code: str
    activity: Activity
    epreuves: tuple[EpreuveLine, ...] = ()
    identity: Identity | None = None


@dataclass(frozen=True)
class Scope:
    """The candidates whom an import is for: those of an exam's session in an académie (labels, and
    the académie's code)."""

    exam: str
    session: str
    academie: str


class Recipients:
    """The candidatures among which those of an import are found."""

    def __init__(self, scope: Scope, candidatures: Iterable[Candidature]) -> None:
        """`candidatures`: all those of the numbers that are looked for, of every exam and session,
        within the académies of who publishes."""
        self._scope = scope
        self._by_numero: dict[str, list[Candidature]] = {}
        for candidature in candidatures:
            self._by_numero.setdefault(candidature.numero_candidat, []).append(candidature)

    def find(self, numero_candidat: str, numero_inscription: str = "") -> Candidature:
        """Return the active candidature of that number within the scope; `numero_inscription` where
        it has several. Raises RecipientRefused."""
        known = self._by_numero.get(numero_candidat, [])
        if not known:
            raise RecipientRefused("N° candidat inconnu dans vos académies")
        scope = self._scope
        own = [
            item
            for item in known
            if (item.exam_label, item.session_label) == (scope.exam, scope.session)
        ]
        if not own:
            raise RecipientRefused(f"Ce candidat n'est pas inscrit à la session {scope.session}")
        own = [item for item in own if item.academie_code == scope.academie]
        if not own:
            raise RecipientRefused("Ce candidat relève d'une autre académie")
        if numero_inscription:
            own = [item for item in own if item.numero_inscription == numero_inscription]
            if not own:
                raise RecipientRefused(
                    f"Ce candidat n'a pas d'inscription {numero_inscription} à cette session"
                )
        active = [item for item in own if item.activity is Activity.ACTIVE]
        if not active:
            raise RecipientRefused(REASONS[own[-1].activity])
        if len(active) > 1:
            raise RecipientRefused(
                "Ce candidat a plusieurs candidatures à cette session : précisez la colonne « N° "
                "inscription »"
            )
        return active[0]
