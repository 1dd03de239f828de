"""Events published by registrations: a saved version of a candidature with all that its readers
need; how such a version is stored as JSON, and what copies of a candidature hold.

Instants are ISO 8601 with offset, in UTC; dates are ISO. Labels are ready to be shown (French).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.contracts.accounts import Identity
from services.contracts.base import Contract
from services.contracts.retention import NO_VERSION_AFTER
from services.contracts.session_options import ONLINE, PAPER, SessionOptions


@dataclass(frozen=True)
class Contact:
    """The address of a service gestionnaire: `lines` are the postal address, top to
    bottom."""

    title: str  # "Recteur", "Rectorat de Reims"
    lines: tuple[str, ...]
    telephone: str | None
    email: str | None


@dataclass(frozen=True)
class ExamRef:
    code: str
    label: str
    domaine: str


@dataclass(frozen=True)
class SessionRef:
    name: str  # key inside the exam, "2022"
    label: str  # "BTS 2022"
    code_choice: str  # "2022-06", opaque
    code_pdf: str  # "2022-08", opaque
    closes_at: str  # session_closes


@dataclass(frozen=True)
class AcademieRef:
    code: str  # "03"
    label: str  # "ACADÉMIE DE BESANCON"
    contact: Contact


@dataclass(frozen=True)
class Line:
    """One line of the récapitulatif; an empty value is shown as « - »."""

    label: str
    value: str
    hint: str | None = None


@dataclass(frozen=True)
class EpreuveLine:
    """One épreuve as chosen, for the récapitulatif (all) and the PDF (those not
    `hidden_on_pdf`)."""

    code: str  # "E2-A"
    label: str  # "Langue vivante 1 : Écrite"
    option: str | None  # "Anglais"
    unit: str | None  # "U2"
    parent: str | None  # "E2"
    mandatory: bool
    position: str  # "inscrit" | "non_inscrit" | "benefice" | "report" | "dispense"
    position_label: str  # "Inscrit", "Non Inscrit", "Bénéfice" …
    mode_label: (
        str | None
    )  # "Ponctuel", "Contrôle en cours de formation (CCF)"; None where it has none
    mark: str | None  # kept mark, "12,5"
    hidden_on_pdf: bool


# title of the section of the récapitulatif that holds what warns and refuses nothing
WARNINGS = "À savoir"

EPREUVES = "Epreuves"  # title above the épreuves in the récapitulatif


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Recap:
    """The récapitulatif as the API answers it; `warning`: that nothing is saved yet."""

    numero_candidat: str
    warning: str | None
    sections: tuple[Section, ...]
    epreuves: tuple[EpreuveLine, ...]


@dataclass(frozen=True)
class Confirmation:
    """The content of the PDF « Confirmation d'inscription » of guide §6 beyond identity and
    épreuves."""

    title: str  # "CONFIRMATION D'INSCRIPTION"
    nationalite: str  # feminine: "Française"
    address: tuple[str, ...]  # lines under the name: "1 rue du port", "25000 BESANCON"
    birthplace: str  # "TROYES - 010"
    telephone: str | None  # "03 81 00 00 00"
    mobile: str | None
    vae: bool
    etablissement: str | None  # "LP P.ADRIEN PARIS - BESANCON (0250013D)"
    categorie: str | None  # "FORMATION CONTINUE (320)"
    handicap: bool
    diplome: str | None  # "BACCALAURÉAT GÉNÉRAL Bac général (00012)"
    return_by: str | None  # date before which the signed paper is due: "2021-10-31"
    specialite: str | None  # "Banque - conseiller de clientèle (31310)"
    forme: str | None  # "Globale"
    deja_presente: str | None  # "2021"
    extra: tuple[Section, ...] = ()  # answers to the exam's own questions


@dataclass(frozen=True)
class PieceAsked:
    """A justificatif asked for. `deposit_closes` is exclusive. Formats are extensions ("pdf")."""

    code: str
    label: str
    group_code: str
    group_label: str
    required: bool
    formats: tuple[str, ...]
    form: str | None  # code of a form to fill in, offered by documents
    deposit_opens: str
    deposit_closes: str
    proves_version: bool = (
        False  # signed, it stands for the version: the next one asks for it again
    )


@dataclass(frozen=True)
class FormOffered:
    """A form that documents can fill in with the candidate's data; `paragraphs` and `blanks` are
    its text."""

    code: str
    title: str
    paragraphs: tuple[str, ...]
    blanks: tuple[str, ...]
    in_menu: bool  # shown under « Les formulaires », not only beside its pièce


@dataclass(frozen=True)
class PrintedDates:
    """The dates of an opening, as a saved version prints them."""

    closes_at: str
    return_by: str
    deposit_opens: str
    deposit_closes: str


class RegistrationSaved(
    Contract, type="registrations.registration_saved.v1", consumers=("documents", "pieces")
):
    """A version of a candidature was saved; documents renders it, pieces renews what is asked
    for."""

    candidature_id: str
    candidate_id: str
    version: int
    saved_at: str
    numero_candidat: str
    numero_inscription: str  # "001"
    exam: ExamRef
    session: SessionRef
    academie: AcademieRef
    closes_at: str  # end of the registration window
    identity: Identity
    recap: tuple[Section, ...]
    epreuves: tuple[EpreuveLine, ...]
    confirmation: Confirmation
    demande_text: tuple[str, ...]  # paragraphs of the « Demande de pièces justificatives »
    pieces: tuple[PieceAsked, ...]
    forms: tuple[FormOffered, ...]
    reason: str | None = None  # of a correction by staff
    edition: int = 1  # grows when dates have moved since, and when it is validated online
    edited_at: str | None = None
    validation: str = PAPER  # of VALIDATION_MODES: how this version is certified
    validated_at: str | None = None
    validate_until: str | None = None  # exclusive end of a second try, after a correction by staff

    @property
    def is_certified_online(self) -> bool:
        """Whether its candidate certifies it in the account, where others sign a paper."""
        return self.validation == ONLINE

    @property
    def is_to_validate(self) -> bool:
        return self.is_certified_online and self.validated_at is None

    @property
    def validation_ends(self) -> datetime:
        """The exclusive end before which it can be validated online: that of the registrations, or
        of the second try where that is later."""
        closes = datetime.fromisoformat(self.closes_at)
        if self.validate_until is None:
            return closes
        return max(closes, datetime.fromisoformat(self.validate_until))

    def with_dates(
        self, edition: int, dates: PrintedDates, edited_at: str, validated_at: str | None
    ) -> RegistrationSaved:
        """The version as that edition prints it."""
        opens = dates.deposit_opens
        closes = dates.deposit_closes
        return replace(
            self,
            closes_at=dates.closes_at,
            confirmation=replace(self.confirmation, return_by=dates.return_by),
            pieces=tuple(
                replace(piece, deposit_opens=opens, deposit_closes=closes) for piece in self.pieces
            ),
            edition=edition,
            edited_at=edited_at,
            validated_at=validated_at or self.validated_at,
        )


@dataclass(frozen=True)
class Edition:
    candidature_id: str
    version: int
    edition: int
    validated_at: str | None = None  # what it prints


class DatesMoved(Contract, type="registrations.dates_moved.v1", consumers=("documents",)):
    """Dates of an opening have moved after these versions were saved: documents prints them again
    with `dates`."""

    edited_at: str
    dates: PrintedDates
    editions: tuple[Edition, ...]


class RegistrationValidated(
    Contract, type="registrations.registration_validated.v1", consumers=("documents",)
):
    """The candidate has validated a version online: documents prints its confirmation again, in
    that edition, with `dates` and the instant `edition.validated_at`."""

    edition: Edition
    dates: PrintedDates


class RegistrationWithdrawn(
    Contract, type="registrations.registration_withdrawn.v1", consumers=("documents", "pieces")
):
    """The candidature is no longer active; readers hide it and keep a tombstone at this version.
    `ecartee`: its service gestionnaire set it aside; what documents has of it stays readable,
    marked as such."""

    candidature_id: str
    candidate_id: str
    version: int
    withdrawn_at: str
    ecartee: bool = False


@dataclass(frozen=True)
class ErasedCandidature:
    """`version`: the newest that is erased; one after it is stored again."""

    candidature_id: str
    candidate_id: str
    version: int = NO_VERSION_AFTER


class DataErased(Contract, type="registrations.data_erased.v1", consumers=("documents", "pieces")):
    """The time for which these kinds of data (codes of `catalogue/retention.yaml`) of candidatures
    are kept is over, or their end was asked for: a service that holds some erases them, with all
    that is to be done about them."""

    kinds: tuple[str, ...]
    candidatures: tuple[ErasedCandidature, ...]


@dataclass(frozen=True)
class DeclaredDocument:
    code: str
    label: str


class DocumentsDeclared(
    Contract, type="registrations.documents_declared.v1", consumers=("documents",)
):
    """The documents that an exam's catalogue declares besides the guide's types of documents: exam
    offices publish it as PDF. Told whenever a catalogue that declares some is loaded, and once when
    it no longer does."""

    exam: str
    exam_label: str
    declared_at: str
    documents: tuple[DeclaredDocument, ...]


class WindowChanged(Contract, type="registrations.window_changed.v1", consumers=("pieces",)):
    """The dates of an opening, or the options of its session: of each opening once, and when they
    change: `revision` then grows. `reminder_days` and `refusal_mails` repeat what `options` says,
    for a version of pieces that does not read it; a `v2` of this type leaves them out."""

    exam: str
    session: str
    academie: str
    revision: int
    deposit_opens: str
    deposit_closes: str
    reminder_days: tuple[int, ...] | None = None
    refusal_mails: bool | None = None
    options: SessionOptions | None = None

    def options_after(self, known: SessionOptions) -> SessionOptions:
        """Return the options that hold for a reader who knew `known`: what an event of an older
        version does not say stays."""
        if self.options is not None:
            return self.options
        days = known.reminder_days if self.reminder_days is None else self.reminder_days
        mails = known.refusal_mails if self.refusal_mails is None else self.refusal_mails
        return replace(known, reminder_days=days, refusal_mails=mails)


Data = dict[str, Any]
SCHEMA_KEY = "schema"
SCHEMA = 5
"""The number of the shape in which a saved version is written today: registrations stores it for
good, documents with its copy. It grows with every change of what is written, the event's TYPE only
with one that its consumers could not read. Rows without a number are older than the numbers: theirs
is 1. So far each number only added fields with a default, and all are read alike."""


def to_stored(saved: RegistrationSaved) -> Data:
    return {SCHEMA_KEY: SCHEMA, **saved.to_data()}


def from_stored(data: Data) -> RegistrationSaved:
    """Read a version stored under any number. One of a newer release, which runs beside this one
    during an upgrade, is read as far as it is known here. Raises ContractError."""
    return RegistrationSaved.from_data(data)


@dataclass(frozen=True)
class ExportedVersion:
    """The part of a stored version's JSON that exports read."""

    identity: Identity
    epreuves: tuple[EpreuveLine, ...]
    confirmation: Confirmation


def copied_columns(saved: RegistrationSaved) -> dict[str, object]:
    """Return values by the names of the copies' columns; `saved_at` is an instant."""
    return {
        "candidate_id": saved.candidate_id,
        "version": saved.version,
        "exam_label": saved.exam.label,
        "session_label": saved.session.label,
        "academie_code": saved.academie.code,
        "academie_label": saved.academie.label,
        "specialite": saved.confirmation.specialite,
        "numero_candidat": saved.numero_candidat,
        "numero_inscription": saved.numero_inscription,
        "saved_at": datetime.fromisoformat(saved.saved_at),
    }
