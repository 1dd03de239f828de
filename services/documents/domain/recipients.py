"""Who publishes, and for which candidature a line or a file of an import is: found by its N° candidat within an exam's
session. Withdrawn candidatures are hidden, those set aside are not.

Events arrive in any order, so versions decide, never the time of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from services.contracts.accounts import Identity
from services.contracts.registrations import EpreuveLine


@dataclass(frozen=True)
class Publisher:
    """`academies`: codes; None means all."""

    id: str
    academies: frozenset[str] | None

    def may_publish_in(self, academie: str) -> bool:
        return self.academies is None or academie in self.academies


@dataclass(frozen=True)
class CandidatureEnd:
    """How a candidature ended: withdrawn, or set aside by its service gestionnaire."""

    version: int
    ecartee: bool

    def covers(self, saved_version: int) -> bool:
        """Whether that saved version had ended; a later one is active again."""
        return saved_version <= self.version


def is_hidden(saved_version: int, end: CandidatureEnd | None) -> bool:
    """Only withdrawn ones are: a candidate set aside did not ask for it, and may need to show what they registered."""
    return end is not None and end.covers(saved_version) and not end.ecartee


def is_ecartee(saved_version: int, end: CandidatureEnd | None) -> bool:
    return end is not None and end.covers(saved_version) and end.ecartee


def is_newer(version: int, stored: int | None) -> bool:
    """Whether a version is newer than the one stored here (None: none is)."""
    return stored is None or version > stored


class Activity(Enum):
    ACTIVE = auto()
    WITHDRAWN = auto()
    ECARTEE = auto()


REASONS = {
    Activity.WITHDRAWN: "La candidature est désinscrite",
    Activity.ECARTEE: "La candidature est écartée",
}


class RecipientRefused(ValueError):
    """Nothing is published for this number; the message is the reason, in French."""


@dataclass(frozen=True)
class Candidature:
    """What decides whether a document is published for it."""

    id: str
    numero_candidat: str
    numero_inscription: str
    exam: str
    session: str
    academie: str
    activity: Activity
    epreuves: tuple[EpreuveLine, ...] = ()
    identity: Identity | None = None


@dataclass(frozen=True)
class Scope:
    """For whom an import is: an exam's session in an académie (labels, and the académie's code)."""

    exam: str
    session: str
    academie: str


class Recipients:
    """`candidatures`: all those of the numbers that are looked for, of every exam and session, within the
    académies of who publishes."""

    def __init__(self, scope: Scope, candidatures: Iterable[Candidature]) -> None:
        self._scope = scope
        self._by_numero: dict[str, list[Candidature]] = {}
        for candidature in candidatures:
            self._by_numero.setdefault(candidature.numero_candidat, []).append(candidature)

    def find(self, numero_candidat: str, numero_inscription: str = "") -> Candidature:
        """The active candidature of that number within the scope; `numero_inscription` where it has several. Raises
        RecipientRefused."""
        known = self._by_numero.get(numero_candidat, [])
        if not known:
            raise RecipientRefused("N° candidat inconnu dans vos académies")
        scope = self._scope
        own = [item for item in known if (item.exam, item.session) == (scope.exam, scope.session)]
        if not own:
            raise RecipientRefused(f"Ce candidat n'est pas inscrit à la session {scope.session}")
        own = [item for item in own if item.academie == scope.academie]
        if not own:
            raise RecipientRefused("Ce candidat relève d'une autre académie")
        if numero_inscription:
            own = [item for item in own if item.numero_inscription == numero_inscription]
            if not own:
                raise RecipientRefused(f"Ce candidat n'a pas d'inscription {numero_inscription} à cette session")
        return _only_active(own)


def _only_active(candidatures: list[Candidature]) -> Candidature:
    active = [item for item in candidatures if item.activity is Activity.ACTIVE]
    if not active:
        raise RecipientRefused(REASONS[candidatures[-1].activity])
    if len(active) > 1:
        raise RecipientRefused(
            "Ce candidat a plusieurs candidatures à cette session : précisez la colonne « N° inscription »"
        )
    return active[0]
