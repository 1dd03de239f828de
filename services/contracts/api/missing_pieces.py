"""The API of pieces for staff and their tools: who lacks what until when; reminders by hand."""

from collections.abc import Sequence
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.api.given import Given, given
from services.contracts.api.operation import (
    EXPORT_SECONDS,
    Answered,
    Callers,
    End,
    Instant,
    one_of,
    staff,
)
from services.contracts.api.staff_lists import SELECT, Column, PageField, StaffList, text_filter
from services.contracts.api.staff_pieces import Regroupement, StaffCandidature
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_rules import ReminderOutcome
from services.contracts.registration_rules import CODE_LENGTH, LABEL_LENGTH

TITLE = "Pièces manquantes et relances"


MISSING_PIECES = StaffList(
    "MissingPieces",
    filters=(
        text_filter(
            "candidature",
            "Identifiants, séparés par des virgules",
            PageField(
                "recherche",
                "Rechercher",
                hint="Un nom ou une partie, un N° candidat ou une adresse mail en entier",
                is_wide=True,
                is_personal=True,
            ),
        ),
        text_filter("exam", "Code de l'examen : BTS"),
        text_filter(
            "session",
            "Nom de la session : 2022",
            PageField("session", "Session", SELECT, longest=130),
        ),
        text_filter(
            "academie", "Code sur deux chiffres : 03", PageField("academie", "Académie", SELECT)
        ),
        text_filter(
            "specialite",
            "Comme la confirmation d'inscription l'écrit",
            PageField("specialite", "Spécialité", SELECT, longest=LABEL_LENGTH + CODE_LENGTH),
        ),
        text_filter(
            "regroupement",
            "Code du regroupement",
            PageField("regroupement", "Regroupement", SELECT, placeholder="Tous", longest=130),
        ),
    ),
    columns=(
        Column("", "Candidat", lambda item: f"{item.candidature.nom} {item.candidature.prenoms}"),
        Column("", "Session", "candidature.session_label"),
        Column("", "Reste à faire", "missing"),
        Column("", "Jours restants", "missing"),
        Column("", "Dernière relance", "last_reminder"),
    ),
)  # of IncompleteCandidature
MissingPiecesFilters = MISSING_PIECES.reads_filters()


class Reminders(Given):
    """The candidatures whose candidates are reminded."""

    candidatures: Sequence[str] = given(
        fields.List(fields.String(), required=True, validate=validate.Length(1, LARGEST_PAGE))
    )


class MissingPiece(Answered):
    code: str
    label: str
    refused: Annotated[bool, Meta(description="« Non Conforme », à déposer à nouveau")]
    to_validate: Annotated[bool, Meta(description="Déposée, à valider par le candidat")] = False
    asked_again_for: Annotated[
        int | None, Meta(description="Version pour laquelle la signer de nouveau")
    ] = None


class MissingPart(Answered):
    """Pieces of a regroupement with one deadline."""

    regroupement: Regroupement
    deposit_closes: End
    days_left: Annotated[int, Meta(description="Jours entiers d'ici le dernier ; 0 : ce jour")]
    pieces: tuple[MissingPiece, ...]


class IncompleteCandidature(Answered):
    candidature: StaffCandidature
    missing: tuple[MissingPart, ...]
    last_reminder: Instant | None


class OpenSession(Answered):
    """A session that has pieces which can be deposited now."""

    exam: str
    session: str
    label: str


class MissingPieces(Answered):
    items: tuple[IncompleteCandidature, ...]
    next_cursor: Annotated[
        str | None, Meta(description="Une page peut être vide et avoir une suite")
    ]
    sessions: Annotated[
        tuple[OpenSession, ...], Meta(description="Celles dont le dépôt est ouvert")
    ]


class WholeList(Answered):
    """The number of candidatures that some filters find; `mails` remind them, one for each
    candidate who got none today."""

    candidatures: int
    reminded: Annotated[int, Meta(description="Déjà relancées ce jour")]
    mails: Annotated[int, Meta(description="Un par candidat qui n'en a pas reçu ce jour")]
    is_complete: Annotated[bool, Meta(description="Sinon il y en a davantage")]


class IncompleteSession(OpenSession):
    candidatures: Annotated[
        int | None, Meta(description="Avec des pièces à déposer ou à valider ; null : à compter")
    ]
    deposit_closes: Annotated[
        Instant | None,
        Meta(
            description="Prochaine fin (exclue) de son dépôt ; null s'il ne reste que des renvois"
        ),
    ]
    days_left: int | None


class IncompleteSessions(Answered):
    """The numbers of candidatures that lack pieces, by session."""

    items: tuple[IncompleteSession, ...] = ()
    counted_at: Instant | None = None


class ReminderResult(Answered):
    candidature: str
    outcome: Annotated[str, one_of(ReminderOutcome)]


class ReminderResults(Answered):
    results: tuple[ReminderResult, ...]


_READ = Callers(staff("pieces:read"))
_CONTROL = Callers(staff("pieces:control"))

list_missing_pieces = _READ.get(
    "/v1/missing-pieces",
    MissingPieces,
    "Candidatures with pieces that can be deposited or validated now, in pages: follow "
    "`next_cursor` until it is null.",
    query=MISSING_PIECES.reads_page(),
    problems=(problem_types.NOT_FOUND,),
)
count_missing_pieces = _READ.get(
    "/v1/missing-pieces/counts",
    IncompleteSessions,
    "How many candidatures have pieces to deposit or to validate now, by session, as a job counted "
    "them.",
)
read_whole_list = _READ.get(
    "/v1/missing-pieces/whole-list",
    WholeList,
    "How many candidatures these filters find now, and how many mails a reminder of all of them "
    "sends.",
    query=MissingPiecesFilters,
    seconds=EXPORT_SECONDS,
    problems=(problem_types.NOT_FOUND,),
)
remind_whole_list = _CONTROL.post(
    "/v1/reminders/whole-list",
    NoneType,
    "Remind all that these filters find, a page at a time, after the answer; once a day, as "
    "`/v1/reminders` does.",
    body=MissingPiecesFilters,
    problems=(problem_types.NOT_FOUND,),
)
remind = _CONTROL.post(
    "/v1/reminders",
    ReminderResults,
    "Remind the candidates of these candidatures: one mail each, once a day.",
    body=Reminders,
)
