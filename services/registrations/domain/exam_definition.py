"""The definition of an exam by the catalogue: plain frozen values, read from files and checked,
stored as JSON.

Every label is French, as shown. Keys of list items are the catalogue's own and stable; `official`
is the administration's code where one is known. Instants are aware datetimes; windows are half-open
[opens, closes).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from services.contracts.document_rules import DocumentType
from services.contracts.piece_rules import FORMATS
from services.contracts.registrations import Contact
from services.contracts.session_options import SessionOptions
from services.registrations.domain.conditions import ALWAYS, Condition

# Tags of an épreuve.
COMMON_UNIT_TAG = "commune:"  # « commune:<nom> »: a unit that several spécialités share
PROFESSIONAL_TAG = "professionnelle"
EPREUVE_TAGS = ("engagement", "culture_generale", "economie_droit", PROFESSIONAL_TAG)
# Tags of a title in the list « acquis_titres »: which épreuves it dispenses of.
DISPENSE_TAG = "dispense:"  # then a tag or code of épreuves, or ANY_COMMON_UNIT
DISPENSE_WITH_LAW_UNIT_TAG = (
    "dispense_si_unite:"  # the same, if the diploma had a validated economics-law unit
)
ANY_COMMON_UNIT = "commune"


@dataclass(frozen=True)
class Item:
    """An entry of a named list (diplômes, langues, situations …)."""

    key: str
    label: str
    official: str | None = None
    precision: str | None = None  # "Bac général", printed beside the label
    # What it opens. « diplomes »: "ouvre_bts" (rule diplome_expected). « acquis_titres »:
    # "dispense:<tag or code of an épreuve>", "dispense:commune" (units shared with others),
    # "dispense_si_unite:<tag>" (asked by a question). « domaines »: words that people search its
    # spécialités by.
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class YearsBySessions:
    """A value that depends on the session's year, both ends included; None is open."""

    first: int | None
    last: int | None
    years: int


@dataclass(frozen=True)
class Category:
    code: str  # "320"
    label: str  # "FORMATION CONTINUE"
    public: bool  # offered on the portal (« grand public »)
    formes: tuple[str, ...]  # "globale", "progressive"
    regime: str  # "R3"
    regime_if_habilite: str | None  # regime where the establishment is habilité CCF
    etablissements: tuple[str, ...]  # kinds: "lycee", "cned", "individuels"
    experience: tuple[YearsBySessions, ...] = ()
    help: str | None = (
        None  # for whom it is, in one sentence; « {experience} » is the years of the session
    )

    @property
    def label_with_code(self) -> str:
        """« FORMATION CONTINUE (320) »"""
        return f"{self.label} ({self.code})"

    def experience_in(self, year: int) -> tuple[int, ...]:
        """The years of experience that it expects in a session; empty if it expects none."""
        held = (
            each for each in self.experience if (each.first or year) <= year <= (each.last or year)
        )
        return tuple(experience.years for experience in held)


@dataclass(frozen=True)
class Epreuve:
    code: str  # "E2-A"
    label: str
    kind: str  # "obligatoire" | "facultative" | "hors_moyenne"
    unit: str | None  # "U2"; None for a maîtresse whose children bear the units
    parent: str | None = None
    tags: tuple[
        str, ...
    ] = ()  # engagement, culture_generale, economie_droit, professionnelle, commune:<name>
    options: str | None = None  # named list of options (languages)
    excluded_options: tuple[str, ...] = ()
    options_of: str | None = None  # takes its option from that épreuve ("E2")
    differs_from: str | None = None  # K10: its option differs from that épreuve's
    modes: Mapping[str, str] = field(
        default_factory=dict
    )  # regime ("*": any) -> "ponctuel" | "ccf"
    hidden_on_pdf: bool = False
    first_session: int | None = None
    last_session: int | None = None


@dataclass(frozen=True)
class SpecialiteVersion:
    first: int | None  # first session year, included
    last: int | None
    epreuves: tuple[Epreuve, ...]


@dataclass(frozen=True)
class Specialite:
    code: str  # "31310"
    label: str
    first_session: int | None
    last_session: int | None
    versions: tuple[SpecialiteVersion, ...]
    acronym: str | None = None  # "MCO", shared by the options of a spécialité only
    domain: str | None = None  # key of the list « domaines »
    replaced_by: str | None = (
        None  # "Banque (31313)": what follows its last session, in the catalogue or not
    )

    @property
    def label_with_code(self) -> str:
        """« Banque - conseiller de clientèle (31310) »"""
        return f"{self.label} ({self.code})"

    def version_for(self, year: int) -> SpecialiteVersion | None:
        return next(
            (each for each in self.versions if (each.first or year) <= year <= (each.last or year)),
            None,
        )


@dataclass(frozen=True)
class Question:
    """A field defined by the catalogue alone, on a `questions` tab or added to a tab of another
    kind."""

    name: str
    label: str
    type: str  # text, number, date, yes_no, choice, search, consent, notice
    hint: str | None = None
    options: tuple[Item, ...] = ()
    list: str | None = None  # a named list instead of options
    required: Condition | None = None  # None: never; ALWAYS: always
    shown: Condition = ALWAYS
    format: str | None = None  # a named format: "code_postal", "telephone", "annee" …
    text: str | None = None  # of a notice


@dataclass(frozen=True)
class Tab:
    """`kind` picks the code behind it: previous, identification, candidature, qualification,
    acquis, diploma, epreuves, questions, recap, number, notice. The number shown is its place in
    the exam's list, from 1."""

    kind: str
    title: str
    # stable key of its answers in a draft: the kind, or the file's own for questions and notices
    name: str
    questions: tuple[Question, ...] = ()
    text: tuple[str, ...] = ()  # paragraphs on top of the tab
    # Parameters of the kind. candidature: omit (duree, etablissement, handicap, diffusion,
    # renoncement); qualification: omit (forme); acquis: boxes and labels by box (meme_bts,
    # autre_bts, diplome, vae), notice.
    options: Mapping[str, Any] = field(default_factory=dict)


RuleParameter = str | int | bool | tuple[str | int | bool | None, ...] | None
"""A value as the files write it; whether it suits the rule is checked apart."""


@dataclass(frozen=True)
class RuleUse:
    """One rule of `domain/rules` as an exam uses it, for sessions `first` to `last` (years,
    included)."""

    name: str
    parameters: Mapping[str, RuleParameter]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class PieceRule:
    code: str
    label: str
    group_code: str
    group_label: str
    required: bool = True
    formats: tuple[str, ...] = FORMATS  # extensions
    form: str | None = None
    when: Condition = ALWAYS
    refusal_reasons: tuple[str, ...] = ()  # of this piece, beside those of the exam
    proves_version: bool = False  # each new version of the candidature asks for it again
    compared_with: tuple[str, ...] = ()  # titles of what the récapitulatif says that bears on it


@dataclass(frozen=True)
class FormText:
    """A form that a candidate fills in by hand, printed with the candidate's data."""

    code: str
    title: str
    paragraphs: tuple[str, ...]
    blanks: tuple[str, ...]  # labels of lines left to write on
    in_menu: bool = False
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Opening:
    """One académie's (or country's) registration window for a session."""

    academie: str  # "03"; a country by its own two-digit code of the catalogue
    label: str  # "ACADÉMIE DE BESANCON"
    code_choice: str  # "2022-06", opaque
    code_pdf: str  # "2022-08", opaque
    opens: datetime
    closes: datetime
    deposit_opens: datetime
    deposit_closes: datetime
    contact: Contact
    residence_notice: str
    refusal_mails: bool | None = None  # its own `mail_non_conforme`; None: the session's
    validation: str | None = None  # its own; None: the session's


@dataclass(frozen=True)
class Session(SessionOptions):
    name: str  # key, "2022"
    year: int  # the year of the épreuves, what rules count with
    label: str  # "BTS 2022"
    closes: datetime  # `session_closes`: candidatures are shown until then
    specialites: tuple[str, ...]
    pieces: tuple[str, ...]  # codes that may be asked for
    openings: tuple[Opening, ...]
    demonstration: bool = False

    def options_of(self, opening: Opening) -> SessionOptions:
        """Return the session's options as they hold in one of its openings, which may have written
        its own."""
        refusal_mails = opening.refusal_mails
        return SessionOptions(
            reminder_days=self.reminder_days,
            draft_reminder_days=self.draft_reminder_days,
            refusal_mails=self.refusal_mails if refusal_mails is None else refusal_mails,
            document_mails=self.document_mails,
            validation=self.validation if opening.validation is None else opening.validation,
            retention=self.retention,
        )


@dataclass(frozen=True)
class Exam:
    code: str  # "BTS"
    domaine: str  # "Examen" | "Concours"
    label: str  # "BREVET DE TECHNICIEN SUPERIEUR"
    exclusive: tuple[str, ...]  # what an active candidature is unique by: ("exam", "session")
    tabs: tuple[Tab, ...]
    rules: tuple[RuleUse, ...]
    categories: tuple[Category, ...]
    lists: Mapping[str, tuple[Item, ...]]  # known to the tabs: situations, diplomes, acquis_titres
    specialites: tuple[Specialite, ...]
    pieces: tuple[PieceRule, ...]
    forms: tuple[FormText, ...]
    texts: Mapping[
        str, tuple[str, ...]
    ]  # named paragraphs: demande, handicap_advice, forms_notice, …
    document_types: Mapping[str, str]  # those that the guide does not have: code -> label
    sessions: tuple[Session, ...]
    refusal_reasons: tuple[str, ...] = ()  # of any piece, ready to be chosen by a gestionnaire
    extension_days: int | None = (
        None  # by which an incident extends what it cut; None: by the time that was lost
    )

    @property
    def further_documents(self) -> dict[str, str]:
        """Its `document_types`, without those of the guide, which catalogues stored earlier have
        among them."""
        return {
            code: label
            for code, label in self.document_types.items()
            if code not in set(DocumentType)
        }

    def session(self, name: str) -> Session | None:
        return next((session for session in self.sessions if session.name == name), None)

    def specialite(self, code: str) -> Specialite | None:
        return next(
            (specialite for specialite in self.specialites if specialite.code == code), None
        )

    def item(self, list_name: str, key: str | None) -> Item | None:
        return next((item for item in self.lists.get(list_name, ()) if item.key == key), None)

    def compared_with(self, piece_code: str | None) -> tuple[str, ...]:
        """What a gestionnaire compares this piece with, by the titles of the récapitulatif."""
        return next((piece.compared_with for piece in self.pieces if piece.code == piece_code), ())

    def refusal_reasons_of(self, piece_code: str | None) -> tuple[str, ...]:
        """Reasons to choose from for « Non Conforme », the piece's own first; of any piece without
        a code."""
        own = next((piece.refusal_reasons for piece in self.pieces if piece.code == piece_code), ())
        return tuple(dict.fromkeys((*own, *self.refusal_reasons)))

    @cached_property
    def epreuve_codes(self) -> frozenset[str]:
        """Of every épreuve that any of its spécialités has or had."""
        versions = (version for specialite in self.specialites for version in specialite.versions)
        return frozenset(epreuve.code for version in versions for epreuve in version.epreuves)

    def category(self, code: str) -> Category | None:
        return next((category for category in self.categories if category.code == code), None)


@dataclass(frozen=True)
class OpeningView:
    """An opening with its exam and session. The dates of `opening` are those in force."""

    id: str
    digest: str
    exam: Exam
    session: Session
    opening: Opening
