"""The API of pieces for staff and their tools: lists, a piece and its control, the feed of
changes."""

from collections.abc import Sequence
from datetime import date, datetime
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import piece_rules as rules
from services.contracts import problem_types
from services.contracts.api.fields import CleanedText, LastDayOrInstantField
from services.contracts.api.given import Given, given, part
from services.contracts.api.operation import (
    Answered,
    Callers,
    CandidatureLabels,
    End,
    Instant,
    JSONObject,
    one_of,
    staff,
)
from services.contracts.api.pieces import EARLIER_VERSION
from services.contracts.api.staff_lists import (
    HIDDEN,
    SELECT,
    Column,
    Filter,
    ListFilters,
    ListPage,
    PageField,
    StaffList,
    text_filter,
    yes_or_no,
)
from services.contracts.page_sizes import LARGEST_CHANGES_PAGE, LARGEST_PAGE, USUAL_CHANGES_PAGE

TITLE = "Contrôle des pièces"
NO_STATUS = "none"
"""The filter of pieces without a status."""
COUNTED = 400
"""Pieces of a list, those that follow one there, and decisions of the last hour, are counted up to
here."""
FILE_SECONDS = 40.0  # the store's answer, and the look into the file


PIECES = StaffList(
    "Pieces",
    filters=(
        Filter(
            "status",
            fields.String(
                validate=validate.OneOf([*(status.value for status in rules.Status), NO_STATUS]),
                metadata={"description": f"« {NO_STATUS} » : sans statut"},
            ),
            PageField("statut", "Statut", SELECT, placeholder=""),
        ),
        text_filter(
            "academie", "Code sur deux chiffres : 03", PageField("academie", "Académie", SELECT)
        ),
        text_filter(
            "session",
            "Nom ou libellé : 2022, BTS 2022",
            PageField("session", "Session", hint="BTS 2022"),
        ),
        text_filter("exam", "Code de l'examen : BTS"),
        text_filter("regroupement", "Code du regroupement", PageField("regroupement", kind=HIDDEN)),
        text_filter(
            "code",
            "Code de la pièce : NATIDE06",
            PageField("code", "Code de la pièce", hint="NATIDE06"),
        ),
        text_filter("candidature", page=PageField("candidature", kind=HIDDEN)),
        text_filter("candidate", "Identifiant du candidat", PageField("candidate", kind=HIDDEN)),
        text_filter("numero_candidat"),
        yes_or_no("deposited", "Avec ou sans fichier déposé"),
        yes_or_no(
            "validated",
            "Validées ou non par le candidat",
            PageField(
                "validees", "Validation par le candidat", SELECT, placeholder="Validées ou non"
            ),
        ),
        yes_or_no("sent_again", "Contrôlées auparavant ou jamais"),
    ),
    columns=(
        Column("", "Pièce", lambda piece: f"{piece.code} : {piece.label}"),
        Column(
            "", "Candidat", lambda piece: f"{piece.candidature.nom} {piece.candidature.prenoms}"
        ),
        Column("", "Né(e) le", "candidature.birth_date"),
        Column("N° candidat", "N° candidat", "candidature.numero_candidat"),
        Column("N° d'inscription", source="candidature.numero_inscription"),
        Column("Nom", source="candidature.nom"),
        Column("Prénoms", source="candidature.prenoms"),
        Column("Date de naissance", source="candidature.birth_date"),
        Column("Examen", source="candidature.exam"),
        Column("Session", source="candidature.session"),
        Column("Académie", source="candidature.academie"),
        Column("Spécialité", source="candidature.specialite"),
        Column("Code de la pièce", source="code"),
        Column("Pièce", source="label"),
        Column("Regroupement", source="regroupement.label"),
        Column("Demandée", source="asked"),
        Column("Obligatoire", source="required"),
        Column(
            "Déposée le", "Déposée le", lambda piece: piece.deposit and piece.deposit.deposited_at
        ),
        Column("Fichier", "", lambda piece: piece.deposit and piece.deposit.filename),
        Column("Taille en octets", "", lambda piece: piece.deposit and piece.deposit.size),
        Column("Antivirus", "", lambda piece: piece.deposit and piece.deposit.scan_label),
        Column("Validée par le candidat le", source="validated_at"),
        Column("Statut", "Statut", "status_label"),
        Column("Commentaire", source="comment"),
        Column("Reçue le", source="received_on"),
        Column("Identifiant de la pièce", source="id"),
        Column("Identifiant de la candidature", source="candidature.id"),
    ),
)  # of StaffPiece


class PiecesPage(ListPage):
    """A page of the list of pieces, or what follows a piece there."""

    after: str | None = given(
        fields.String(
            load_default=None,
            metadata={
                "description": "Identifiant d'une pièce : celles qui la suivent dans la liste"
            },
        )
    )


class PieceQuery(ListFilters):
    """A piece that is read, with its neighbours in the list that the filters give, where they are
    asked for."""

    neighbours: bool = given(
        fields.Boolean(
            load_default=False,
            metadata={
                "description": (
                    "Avec les pièces juste avant et juste après, dans la liste que les filtres "
                    "donnent"
                )
            },
        )
    )


class PageQuery(Given):
    ahead: bool = given(
        fields.Boolean(
            load_default=False,
            metadata={
                "description": (
                    "Chargée avant d'être montrée : le journal le dit, et « openings » dit "
                    "l'ouverture"
                )
            },
        )
    )


class Opening(Given):
    """A page that was loaded ahead and is shown now."""

    deposit_id: str = given(fields.String(required=True, validate=validate.Length(max=32)))
    page: int = given(fields.Integer(required=True, validate=validate.Range(1, 100_000)))


class IfMatch(Given):
    """The etag with which a piece was read."""

    if_match: str | None = given(fields.String(data_key="If-Match", load_default=None))


class _CommentField(CleanedText):
    """A text whose lines end with LF, without blanks around it; an empty one is None.

    Forms send lines that end with CR LF, scripts and tools with LF: the same comment is the same
    control.
    """

    def cleaned(self, text: str) -> str | None:
        return text.replace("\r\n", "\n").strip() or None


class Control(Given):
    """A decision of a gestionnaire on a piece."""

    deposit_id: str | None = given(
        fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "Le dépôt examiné ; null : pièce sur papier"},
        )
    )
    status: rules.Status = given(fields.Enum(rules.Status, by_value=True, required=True))
    comment: str | None = given(
        _CommentField(
            load_default=None,
            allow_none=True,
            metadata={
                "description": "Lu par le candidat ; un refus en a un",
                "maxLength": rules.MAX_COMMENT_LENGTH,
            },
        )
    )
    received_on: date | None = given(fields.Date(load_default=None, allow_none=True))
    resubmit_until: datetime | None = given(
        LastDayOrInstantField(
            load_default=None,
            allow_none=True,
            metadata={
                "description": (
                    "Dernier jour (AAAA-MM-JJ), ou instant exclu, pour déposer à nouveau"
                )
            },
        )
    )


class ItemToControl(Control):
    """One of many controls: on which piece, as it was read with which etag."""

    piece_id: str = given(fields.String(required=True))
    if_match: str | None = given(
        fields.String(
            load_default=None, allow_none=True, metadata={"description": "etag de la pièce lue"}
        )
    )


class Controls(Given):
    controls: Sequence[ItemToControl] = given(
        fields.List(part(ItemToControl), required=True, validate=validate.Length(1, LARGEST_PAGE))
    )


class StaffCandidature(CandidatureLabels):
    candidate_id: str
    numero_candidat: Annotated[str, Meta(examples=["02103000001"])]
    nom: Annotated[str, Meta(examples=["DUBOIS"])]
    prenoms: str
    birth_date: date | None
    academie: Annotated[str, Meta(examples=["03"])]
    session: Annotated[str, Meta(examples=["2022"])]
    exam: Annotated[str, Meta(examples=["BTS"])]


class Regroupement(Answered):
    code: Annotated[str, Meta(examples=["NATIONALITE"])]
    label: Annotated[str, Meta(examples=["Nationalité"])]


class StaffDeposit(Answered):
    """The file of a piece, for staff."""

    id: Annotated[str, Meta(examples=["c41f7d2a9b0e4d6f8a1b2c3d4e5f6a7b"])]
    filename: Annotated[str, Meta(examples=["carte.pdf"])]
    size: Annotated[int, Meta(description="Octets")]
    media_type: Annotated[str, Meta(examples=["application/pdf"])]
    sha256: str
    deposited_at: Instant
    scan: Annotated[str, one_of(rules.Scan)]
    scan_label: Annotated[str, Meta(examples=["saine"])]
    openable: Annotated[bool, Meta(description="L'antivirus laisse les gestionnaires l'ouvrir")]
    pages: Annotated[int | None, Meta(description="D'un PDF")]
    active_contents: Annotated[
        tuple[Annotated[str, one_of(rules.ACTIVE_CONTENT_LABELS)], ...] | None,
        Meta(
            description=(
                "Ce qui agit dans le fichier d'origine ; null : non examiné (archive, ou dépôt "
                "d'avant)"
            )
        ),
    ] = None
    active_contents_label: Annotated[
        str, Meta(examples=["du code JavaScript, une pièce jointe"])
    ] = rules.NOT_EXAMINED
    version: Annotated[int | None, Meta(description=EARLIER_VERSION)] = None


class StaffPiece(Answered):
    """A piece for staff."""

    id: Annotated[str, Meta(examples=["5b1e8a3c9d0f4e2b8a7c6d5e4f3a2b1c"])]
    etag: Annotated[str, Meta(examples=['"1d8f96df0d9e1e84b07a"'])]
    candidature: StaffCandidature
    code: Annotated[str, Meta(examples=["NATIDE06"])]
    label: Annotated[str, Meta(examples=["Document justifiant l'identité"])]
    regroupement: Regroupement
    asked: bool
    required: bool
    deposit_opens: Instant
    deposit_closes: End
    status: Annotated[str, one_of(rules.Status)] | None
    status_label: str | None
    comment: str | None
    received_on: date | None
    resubmit_until: End | None
    validated_at: Instant | None
    deposit: StaffDeposit | None
    asked_again_for: Annotated[
        int | None,
        Meta(description="Version de la candidature pour laquelle elle est à donner de nouveau"),
    ] = None


class StaffPieces(Answered):
    items: tuple[StaffPiece, ...]
    next_cursor: str | None
    total: Annotated[
        int | None,
        Meta(description=f"De la première page : combien en tout ; null : plus de {COUNTED}"),
    ] = None


class WaitingPieces(Answered):
    """Pieces of one session and regroupement that have a file and no status, or that are « Reçue »;
    not what was validated without a file. The other numbers are of those without a status."""

    exam: str
    session: str
    session_label: str
    regroupement: str
    regroupement_label: str
    number: int
    validated: Annotated[int, Meta(description="Validées par leur candidat")]
    sent_again: Annotated[int, Meta(description="Déjà contrôlées auparavant")]
    oldest: Annotated[
        Instant, Meta(description="Le plus ancien dépôt ; sans fichier, quand elle fut reçue")
    ]
    received: Annotated[int, Meta(description="« Reçue » : arrivées, pas encore contrôlées")] = 0


class ControlQueue(Answered):
    items: tuple[WaitingPieces, ...]


class PastDeposit(StaffDeposit):
    """A file that the piece has or had."""

    removed_at: Instant | None
    kept_until: Annotated[
        Instant | None,
        Meta(description="Jusqu'à quand un fichier remplacé ou supprimé peut être remis en place"),
    ]


class PastControl(Answered):
    """A decision on a piece, or that the one before it was taken back."""

    deposit_id: str | None
    status: Annotated[str, one_of(rules.Status)]
    status_label: str
    comment: str | None
    received_on: date | None
    resubmit_until: End | None
    staff_id: str
    controlled_at: Instant
    taken_back: Annotated[bool, Meta(description="Annulée depuis : elle ne compte plus")]
    takes_back: Annotated[
        bool, Meta(description="Annule la décision d'avant, dont elle redit le statut")
    ]
    can_be_taken_back: Annotated[bool, Meta(description="Par l'appelant, maintenant")]
    announced: Annotated[bool, Meta(description="Un mail a dit ce refus au candidat")]


class History(Answered):
    """Every file and every control of a piece, the oldest first."""

    deposits: tuple[PastDeposit, ...]
    controls: tuple[PastControl, ...]


class RecentOpening(Answered):
    staff_id: str
    at: Instant


class Neighbours(Answered):
    """The neighbours of a piece, in the list that some filters give."""

    previous: Annotated[
        StaffPiece | None,
        Meta(
            description="Ou celle que l'appelant vient de contrôler, qui n'est plus dans la liste"
        ),
    ]
    following: StaffPiece | None
    left: Annotated[int | None, Meta(description=f"Combien la suivent ; null : plus de {COUNTED}")]


class OwnControls(Answered):
    """The decisions of the caller."""

    last_hour: Annotated[int, Meta(description=f"Pièces de la dernière heure, {COUNTED} au plus")]
    control: Annotated[PastControl | None, Meta(description="La dernière décision qui compte")]
    piece: Annotated[StaffPiece | None, Meta(description="Sa pièce")]


class StaffPieceDetail(StaffPiece):
    """A piece for staff, with all that happened to it."""

    history: History
    recent_openings: Annotated[
        tuple[RecentOpening, ...],
        Meta(
            description=(
                "D'autres gestionnaires qui ont ouvert le fichier dans les dernières minutes"
            )
        ),
    ]
    neighbours: Annotated[Neighbours | None, Meta(description="Sur demande")]
    own_controls: Annotated[OwnControls | None, Meta(description="Avec les voisines")]


class ControlResult(Answered):
    """Either the piece as it now is, or why it was not controlled."""

    piece_id: str
    http_status: Annotated[int, Meta(description="200, 404, 409, 412, 422 ou 428")] = 200
    piece: StaffPiece | None = None
    problem: JSONObject | None = None
    current: Annotated[
        StaffPiece | None,
        Meta(description="Avec un refus : la pièce telle qu'elle est, si elle peut être lue"),
    ] = None


class ControlResults(Answered):
    results: tuple[ControlResult, ...]


class ChangesQuery(Given):
    after: str | None = given(
        fields.String(
            load_default=None,
            metadata={
                "description": (
                    "next_cursor, ou cursor d'un changement ; sans lui, depuis le plus ancien gardé"
                )
            },
        )
    )
    limit: int = given(
        fields.Integer(
            load_default=USUAL_CHANGES_PAGE, validate=validate.Range(1, LARGEST_CHANGES_PAGE)
        )
    )


class Change(Answered):
    cursor: Annotated[str, Meta(examples=["WzQyLCAiMjAyMS0xMS0wM1QwOTowMDowMCswMDowMCJd"])]
    at: Annotated[
        Instant,
        Meta(
            description="Quand cela s'est fait ; d'un fichier remis en place : quand il fut déposé"
        ),
    ]
    kind: Annotated[str, one_of(rules.ChangeKind)]
    piece_id: Annotated[str | None, Meta(description="null : la candidature entière")]
    candidature_id: str
    numero_candidat: str
    code: str | None
    academie: str


class Changes(Answered):
    items: tuple[Change, ...]
    next_cursor: Annotated[str, Meta(description="À garder, même sans changement")]
    has_more: Annotated[bool, Meta(description="D'autres sont déjà là")]


_NOT_AS_READ = (problem_types.PRECONDITION_FAILED, problem_types.PRECONDITION_REQUIRED)
_READ = Callers(staff("pieces:read"))
_CONTROL = Callers(staff("pieces:control"))

list_pieces = _READ.get(
    "/v1/pieces",
    StaffPieces,
    "Pieces asked for or deposited, in pages: follow `next_cursor` until it is null.",
    query=PIECES.reads_page(PiecesPage),
    problems=(problem_types.NOT_FOUND,),
)
export_pieces = _READ.export(
    "/v1/pieces.csv",
    "The whole list as CSV, streamed; that it was taken out is in the audit trail.",
    query=PIECES.reads_filters(),
    answer_words="Une ligne par pièce, heures de Paris",
    problems=(problem_types.NOT_FOUND,),
)
read_control_queue = _READ.get(
    "/v1/control-queue",
    ControlQueue,
    "How many pieces nobody has controlled yet, by session and regroupement, the longest waiting "
    "first.",
)
read_piece = _READ.get(
    "/v1/pieces/<piece_id>",
    StaffPieceDetail,
    "A piece with its history. The ETag guards its control: any deposit or control changes it.",
    query=PIECES.reads_filters(PieceQuery),
)
control_piece = _CONTROL.post(
    "/v1/pieces/<piece_id>/control",
    StaffPiece,
    "Set the status of a piece that was read with the etag in If-Match.",
    headers=IfMatch,
    body=Control,
    problems=(problem_types.DEPOSIT_REPLACED, *_NOT_AS_READ),
)
take_back_control = _CONTROL.delete(
    "/v1/pieces/<piece_id>/control",
    StaffPiece,
    "Take back one's own decision on a piece, read with the etag in If-Match: what was before it "
    "counts again, and its mail does not leave if it waits. 409 once somebody else has controlled "
    "the piece, or its candidate acted on it.",
    headers=IfMatch,
    problems=(problem_types.CONFLICT, *_NOT_AS_READ),
)
read_own_controls = _READ.get(
    "/v1/own-controls",
    OwnControls,
    "The caller's last decision, whether it can be taken back, and how many pieces they decided in "
    "the last hour.",
)
control_many = _CONTROL.post(
    "/v1/controls",
    ControlResults,
    "Many controls, each on its own: the answer is 200, each result has its own status.",
    body=Controls,
)
read_page = _READ.get(
    "/v1/pieces/<piece_id>/pages/<int:number>",
    bytes,
    "A page of a PDF, from 1 on, or a picture (its page 1), as a JPEG; each look is in the audit "
    "trail.",
    query=PageQuery,
    media_type="image/jpeg",
    answer_words=f"{rules.PAGE_SIDE} points de côté au plus",
    seconds=FILE_SECONDS,
    problems=(problem_types.NOT_CLEAN, problem_types.NO_PREVIEW),
)
record_opening = _READ.post(
    "/v1/pieces/<piece_id>/openings",
    NoneType,
    "Say that a page which was loaded ahead is now shown, for the audit trail. 404 for another "
    "piece's file.",
    body=Opening,
)

list_changes = _READ.get(
    "/v1/changes",
    Changes,
    "What has changed since `after`: deposits, removals, validations, controls, withdrawals of "
    "candidatures.",
    query=ChangesQuery,
    answer_words=(
        f"Dans l'ordre, sans manque ; gardés {rules.CHANGES_RETENTION_DAYS} jours. Relire une page "
        "la redonne."
    ),
    problems=(problem_types.CURSOR_EXPIRED,),
)
