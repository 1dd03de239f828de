"""The API of registrations for staff and their tools: candidatures found, read with all versions,
ended or restored."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types as problem
from services.contracts import registration_rules as rules
from services.contracts.api.drafts import Change, Draft, SavedVersion
from services.contracts.api.fields import Text
from services.contracts.api.given import Given, given
from services.contracts.api.mails import STATES
from services.contracts.api.operation import Answered, Callers, Instant, one_of, staff
from services.contracts.api.staff_lists import (
    DAY,
    SELECT,
    Column,
    Counts,
    Filter,
    PageField,
    StaffList,
)
from services.contracts.piece_rules import PIECES_STATE_LABELS, PiecesState
from services.contracts.registrations import EpreuveLine, ExportedVersion, Recap

TITLE = "Candidatures"


def _filter(name: str, description: str = "", page: PageField | None = None) -> Filter:
    return Filter(name, Text(metadata={"description": description}), page)


def _counted(name: str, description: str, label: str, everything: str = "Toutes") -> Filter:
    page = PageField(
        name, label, SELECT, placeholder=everything, longest=rules.LABEL_LENGTH + rules.CODE_LENGTH
    )
    return Filter(name, Text(metadata={"description": description}), page, is_counted=True)


_STATE = validate.OneOf(rules.CANDIDATURE_STATES)
_FILTERS = (
    _filter(
        "text",
        "N° candidat, suivi ou non du N° d'inscription, code de spécialité, adresse mail entière, "
        "mots du nom",
        PageField(
            "recherche",
            "Rechercher",
            hint=(
                "Un nom ou une partie, un N° candidat, un code de spécialité ou une adresse mail "
                "en entier"
            ),
            is_wide=True,
            is_personal=True,
        ),
    ),
    Filter(
        "birth_date",
        fields.Date(metadata={"description": "Date de naissance du candidat"}),
        PageField(
            "naissance",
            "Date de naissance",
            DAY,
            hint="JJ/MM/AAAA, avec ou sans nom",
            is_personal=True,
        ),
    ),
    _counted("session", "Nom, ou examen et nom : 2022, BTS 2022", "Session"),
    _filter("exam"),
    _counted("academie", "Code sur deux chiffres : 03", "Académie"),
    *(
        _counted(
            name, f"Comme la confirmation d'inscription l'écrit : {example}", label, everything
        )
        for name, label, everything, example in (
            ("specialite", "Spécialité", "Toutes", "Banque - conseiller de clientèle (31310)"),
            ("etablissement", "Établissement", "Tous", "LP P.ADRIEN PARIS - BESANCON (0250013D)"),
            ("categorie", "Catégorie", "Toutes", "FORMATION CONTINUE (320)"),
            ("forme", "Forme de passage", "Toutes", "Globale"),
        )
    ),
    Filter(
        "pieces_state",
        fields.String(validate=validate.OneOf(list(PiecesState))),
        PageField("pieces", "Pièces", SELECT, hint="Même une fois le dépôt terminé"),
        is_counted=True,
    ),
    Filter(
        "validation",
        fields.String(validate=validate.OneOf(rules.VALIDATION_STATES)),
        PageField("validation", "Validation en ligne", SELECT),
    ),
)


def _state(row: "Row | ExportedCandidature | ExportedEpreuve") -> str:
    return rules.CANDIDATURE_STATE_LABELS.get(row.state, row.state)


def _nom(row: "ExportedCandidature | ExportedEpreuve") -> str:
    identity = row.saved.identity
    return identity.nom_usage or identity.nom_famille


def _birth_date(row: "ExportedCandidature | ExportedEpreuve") -> date:
    return date.fromisoformat(row.saved.identity.date_naissance)


def _address(row: "ExportedCandidature") -> str:
    return ", ".join(row.saved.confirmation.address)


def _postal_code(row: "ExportedCandidature") -> str | None:
    """Return the postal code of an address in France, None of one abroad."""
    lines = row.saved.confirmation.address
    code = re.match(r"\d{5}(?= )", lines[-1]) if lines else None
    return code and code[0]


def _session(row: "Row | ExportedCandidature") -> str:
    return f"{row.exam} {row.session}"


def _in_its_state_since(row: "ExportedCandidature") -> datetime:
    return row.state_changed_at or row.first_saved_at


def _pieces(row: "Row | ExportedCandidature") -> str | None:
    return PIECES_STATE_LABELS.get(row.pieces_state or "")


def _validation(row: "ExportedCandidature") -> str | None:
    return rules.VALIDATION_LABELS.get(row.validation or "")


_STATE_LABEL = Column("État", "État", _state)
_OF_CANDIDATE = (  # of an answer that has its version as `saved`
    Column("Nom", "", _nom),
    Column("Prénoms", source="saved.identity.prenoms"),
    Column("Nom de famille", source="saved.identity.nom_famille"),
    Column("Date de naissance", source=_birth_date),
)
_OF_VERSION = (
    Column("Examen", source="exam"),
    Column("Session", source="session"),
    Column("Académie", source="academie"),
    Column("Code de la spécialité", source="specialite_code"),
    Column("Spécialité", "Spécialité", order=rules.BY_SPECIALITE, source="specialite"),
    Column("Catégorie", source="saved.confirmation.categorie"),
    Column("Établissement", source="saved.confirmation.etablissement"),
    Column("Forme de passage", source="saved.confirmation.forme"),
    Column("Aménagement demandé", source="saved.confirmation.handicap"),
)
_ORDER_LABELS = {
    rules.BY_NAME: "Nom, de A à Z",
    f"-{rules.BY_NAME}": "Nom, de Z à A",
    f"-{rules.BY_SAVING}": "Dernier enregistrement, récents d'abord",
    rules.BY_SAVING: "Dernier enregistrement, anciens d'abord",
    f"-{rules.BY_BIRTH_DATE}": "Date de naissance, les plus jeunes d'abord",
    rules.BY_BIRTH_DATE: "Date de naissance, les plus âgés d'abord",
    rules.BY_SPECIALITE: "Spécialité, de A à Z, puis nom",
    f"-{rules.BY_SPECIALITE}": "Spécialité, de Z à A",
}
CANDIDATURES = StaffList(
    "Candidatures",
    filters=(
        *_FILTERS,
        Filter(
            "state",
            fields.String(validate=_STATE),
            PageField("etat", "État", SELECT, placeholder="Tous"),
            is_counted=True,
        ),
    ),
    columns=(
        Column("", "Candidat", "name", order=rules.BY_NAME),
        Column("", "Né(e) le", "birth_date", order=rules.BY_BIRTH_DATE),
        Column("N° candidat", "N° candidat", source="numero_candidat"),
        Column("N° d'inscription", "N° d'inscription", source="numero_inscription"),
        *_OF_CANDIDATE,
        Column("Nom d'usage", source="saved.identity.nom_usage"),
        Column("Civilité", source="saved.identity.civilite"),
        Column("Lieu de naissance", source="saved.confirmation.birthplace"),
        Column("Nationalité", source="saved.confirmation.nationalite"),
        Column("Adresse", source=_address),
        Column("Code postal", source=_postal_code),
        Column("Téléphone fixe", source="saved.confirmation.telephone"),
        Column("Téléphone mobile", source="saved.confirmation.mobile"),
        Column("Adresse mail", source="email"),
        Column("", "Session", _session),
        *_OF_VERSION,
        Column("Diplôme", source="saved.confirmation.diplome"),
        _STATE_LABEL,
        Column("État depuis le", source=_in_its_state_since),
        Column("Motif", source="end_reason"),
        Column("Pièces", "Pièces", _pieces),
        Column("Validation en ligne", source=_validation),
        Column("Premier enregistrement le", source="first_saved_at"),
        Column("Version", source="version"),
        Column("Enregistrée le", "Enregistrée le", "last_saved_at", order=rules.BY_SAVING),
        Column("Identifiant de la candidature", source="id"),
    ),
    orders=(rules.BY_ID, *_ORDER_LABELS),
    order_words="« id » : pour un outil qui parcourt tout ; « - » : à rebours",
    order_labels=_ORDER_LABELS,
    cursor=Text(32),
)
"""Its page shows each `Row`, its export each `ExportedCandidature`."""
EPREUVES = StaffList(
    "Epreuves",
    filters=(
        *_FILTERS,
        Filter("state", fields.String(load_default=rules.ACTIVE, validate=_STATE)),
    ),
    columns=(
        Column("N° candidat", source="numero_candidat"),
        Column("N° d'inscription", source="numero_inscription"),
        *_OF_CANDIDATE,
        *_OF_VERSION,
        _STATE_LABEL,
        Column("Code de l'épreuve", source="epreuve.code"),
        Column("Épreuve", source="epreuve.label"),
        Column("Unité", source="epreuve.unit"),
        Column("Partie de", source="epreuve.parent"),
        Column("Obligatoire", source="epreuve.mandatory"),
        Column("Option", source="epreuve.option"),
        Column("Position", source="epreuve.position_label"),
        Column("Mode", source="epreuve.mode_label"),
        Column("Note conservée", source="epreuve.mark"),
        Column("Identifiant de la candidature", source="id"),
    ),
)
"""Its CSV writes each `ExportedEpreuve`."""


class NewNote(Given):
    text: str = given(Text(rules.NOTE_LENGTH, required=True))


class RefusalReasonsQuery(Given):
    exam: str = given(Text(rules.CODE_LENGTH, required=True))
    piece: str | None = given(
        Text(
            rules.CODE_LENGTH,
            load_default=None,
            metadata={"description": "Code de la pièce ; sans lui, de toute pièce"},
        )
    )


class Reason(Given):
    reason: str = given(Text(rules.REASON_LENGTH, required=True))


class SavedCorrection(Reason):
    revision: int = given(
        fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    )
    overridden: Sequence[str] = given(
        fields.List(
            Text(rules.CODE_LENGTH),
            load_default=(),
            metadata={"description": "Noms de règles à écarter"},
        )
    )


class Row(Answered):
    """A candidature of a list."""

    id: Annotated[str, Meta(examples=["2f012ffc31d34e7b9a0c1d2e3f4a5b6c"])]
    candidate_id: Annotated[str, Meta(examples=["8c5d0e7f6a1b4c2d9e3f0a1b2c3d4e5f"])]
    numero_candidat: Annotated[str | None, Meta(examples=["02103000001"])]
    numero_inscription: Annotated[str, Meta(examples=["001"])]
    name: Annotated[str, Meta(examples=["DUBOIS Pierre"])]
    exam: Annotated[str, Meta(examples=["BTS"])]
    session: Annotated[str, Meta(examples=["2022"])]
    academie: Annotated[str, Meta(examples=["03"])]
    specialite_code: Annotated[str | None, Meta(examples=["31310"])]
    specialite: Annotated[str | None, Meta(examples=["Banque - conseiller de clientèle"])]
    state: Annotated[str, one_of(rules.CANDIDATURE_STATES)]
    pieces_state: Annotated[str | None, one_of(PiecesState)]
    validation: Annotated[str | None, one_of(rules.VALIDATION_STATES)] = None
    validate_until: Annotated[
        Instant | None,
        Meta(
            description=(
                "Fin exclue du délai donné pour la valider de nouveau, après une correction ; les "
                "inscriptions peuvent se terminer plus tard"
            )
        ),
    ] = None
    version: int
    birth_date: date | None
    first_saved_at: Instant
    last_saved_at: Instant | None


class Found(Answered):
    candidatures: tuple[Row, ...]
    next_cursor: str | None


class ExportedCandidature(Answered):
    """A line of the export of candidatures. `saved`: the current version; `email`: where mails go
    now."""

    id: str
    numero_candidat: str | None
    numero_inscription: str
    exam: str
    session: str
    academie: str
    specialite_code: str | None
    specialite: str | None
    state: str
    state_changed_at: Instant | None
    end_reason: str | None
    pieces_state: str | None
    validation: str | None
    first_saved_at: Instant
    version: int
    last_saved_at: Instant | None
    email: str | None
    saved: ExportedVersion


class ExportedEpreuve(Answered):
    """A line of the export of épreuves. `saved`: the current version of the candidature."""

    id: str
    numero_candidat: str | None
    numero_inscription: str
    exam: str
    session: str
    academie: str
    specialite_code: str | None
    specialite: str | None
    state: str
    saved: ExportedVersion
    epreuve: EpreuveLine


class Validation(Answered):
    """The certification of a version by its candidate. `digest`: SHA-256 of what was shown."""

    at: Instant
    by: str
    digest: str


class Version(Answered):
    version: int
    saved_at: Instant
    saved_by: str
    reason: str | None
    changes: tuple[Change, ...]
    overridden: Annotated[
        tuple[str, ...], Meta(description="Refus de règles qu'un administrateur a écartées")
    ]
    validation: Validation | None = None


class UnderWay(Answered):
    """A draft that is not saved: a modification of the candidate, or a correction (`staff_id`: by
    whom it was begun)."""

    draft_id: Annotated[str | None, Meta(description="D'une correction")]
    staff_id: str | None
    since: Instant


class MailsRefused(Answered):
    """Why no mail goes out to the candidate's address: `code` is the mail server's answer (5xx)."""

    code: int
    since: Instant


class MailToCandidate(Answered):
    """A mail to the candidate, without its text. `state`: waiting, taken (by the mail server) or
    refused."""

    subject: str
    at: Instant
    state: Annotated[str, one_of(STATES)]


class Note(Answered):
    staff_id: str
    text: str
    at: Instant


class End(Answered):
    """A withdrawal or an écart. `by`: « candidate:<id> » or « staff:<id> », as `saved_by` of a
    version."""

    state: Annotated[str, Meta(extra_json_schema={"enum": [rules.WITHDRAWN, rules.ECARTEE]})]
    at: Instant
    reason: str | None
    by: str


class Detail(Row):
    """A candidature with all that is known of it."""

    end: Annotated[End | None, Meta(description="Tant qu'elle n'est pas active")]
    ends: Annotated[
        tuple[End, ...],
        Meta(description="Toutes, suivies ou non d'un rétablissement, dans l'ordre"),
    ]
    session_closes: Annotated[
        Instant, Meta(description="Elle n'est ensuite ni corrigée ni rétablie")
    ]
    under_way: tuple[UnderWay, ...]
    recap: Recap
    versions: tuple[Version, ...]
    mails: Annotated[
        tuple[MailToCandidate, ...],
        Meta(description="Du service des inscriptions, récents d'abord"),
    ]
    notes: Annotated[tuple[Note, ...], Meta(description="Entre gestionnaires, récentes d'abord")]
    mails_refused: MailsRefused | None


class RefusalReasons(Answered):
    reasons: tuple[str, ...]
    compared_with: Annotated[
        tuple[str, ...],
        Meta(description="Titres de ce que le récapitulatif dit et que la pièce doit justifier"),
    ]


_READ = Callers(staff("candidatures:read"))
_MANAGE = Callers(staff("candidatures:manage"))
_CANDIDATURE = "/v1/staff/candidatures/<candidature_id>"
OVERRIDE = "candidates:correct"
"""Who holds this scope besides may override rules."""

list_candidatures = _READ.get(
    "/v1/staff/candidatures",
    Found,
    "A page of candidatures; `next_cursor` is null on the last one.",
    query=CANDIDATURES.reads_page(),
    problems=(problem.NOT_FOUND,),
)
count_candidatures = _READ.get(
    "/v1/staff/candidatures/counts",
    Counts,
    "How many candidatures these filters find, and how many each value of a filter would.",
    query=CANDIDATURES.reads_filters(),
)
export_candidatures = _READ.export(
    "/v1/staff/candidatures.csv",
    "All of them as CSV, streamed; that they were taken out is in the audit trail.",
    query=CANDIDATURES.reads_filters(),
    answer_words="Une ligne par candidature",
)
export_epreuves = _READ.export(
    "/v1/staff/epreuves.csv",
    "What organising an exam needs: one line for each candidate and épreuve, streamed; in the "
    "audit trail as well.",
    query=EPREUVES.reads_filters(),
    answer_words="Une ligne par candidat et épreuve",
)
read_candidature = _READ.get(
    _CANDIDATURE,
    Detail,
    "A candidature with all versions and what changed in each; that it was opened is in the audit "
    "trail.",
)
write_note = _MANAGE.post(
    f"{_CANDIDATURE}/notes",
    NoneType,
    "Keep a note for the other gestionnaires of the académie; the candidate does not see it.",
    body=NewNote,
)
list_refusal_reasons = Callers(staff("pieces:read")).get(
    "/v1/staff/refusal-reasons",
    RefusalReasons,
    "What the catalogue says of a control: reasons to choose from for « Non Conforme », the "
    "piece's own first; which parts of the récapitulatif bear on the piece.",
    query=RefusalReasonsQuery,
    problems=(problem.NOT_FOUND,),
)
change_state = _MANAGE.post(
    f"{_CANDIDATURE}/<how>",
    NoneType,
    "« withdrawal » on the candidate's request, « ecart », or « restoration » of one that ended; "
    "the candidate is told by mail.",
    body=Reason,
    example={"reason": "Le diplôme requis n'est pas justifié."},
    problems=(problem.CONFLICT, problem.CANDIDATURE_EXISTS),
    asks_code=True,
)
start_correction = _MANAGE.post(
    f"{_CANDIDATURE}/correction",
    Draft,
    "Begin or resume a draft in which staff correct a candidature: « Brouillons » reads, writes "
    "and abandons it.",
    status=201,
    other_statuses={200: "La correction commencée auparavant"},
    problems=(problem.CONFLICT,),
)
save_correction = _MANAGE.post(
    "/v1/staff/corrections/<draft_id>/save",
    SavedVersion,
    "Make it a new version, of which the candidate is told by mail. `candidates:correct` may "
    "override rules.",
    body=SavedCorrection,
    status=201,
    problems=(
        problem.CONFLICT,
        problem.DRAFT_CHANGED,
        problem.CANDIDATURE_EXISTS,
        problem.INCOMPLETE,
    ),
)
