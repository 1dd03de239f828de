"""The API of documents for exam offices: what is published for many candidates, from the file to
the withdrawal."""

from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import document_rules as rules
from services.contracts import problem_types
from services.contracts.api import staff_lists
from services.contracts.api.documents import PDF_TYPE
from services.contracts.api.given import Given, given
from services.contracts.api.operation import (
    EXPORT_SECONDS,
    Answered,
    Callers,
    Instant,
    one_of,
    staff,
)
from services.contracts.api.staff_documents import PARAGRAPH, OrderKey, PrintedText
from services.contracts.api.uploads import OneUpload, upload_operations
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_FORM
from services.contracts.page_sizes import LARGEST_PAGE, ROWS_PAGE

TITLE = "Publier pour de nombreux candidats"
CHECK_SECONDS = 120.0  # MAX_LINES lines of a CSV
PREVIEW_SECONDS = 60.0


class Column(Answered):
    label: str
    hint: str
    required: bool


class DocumentTypeChoice(Answered):
    type: str
    label: str
    exam: Annotated[
        str | None,
        Meta(
            description=(
                "Le seul examen dont le catalogue le déclare ; null : type de tous les examens"
            )
        ),
    ]
    columns: Annotated[
        tuple[Column, ...], Meta(description="De son CSV ; aucune s'il ne se publie qu'en PDF")
    ]


class AcademieChoice(Answered):
    code: str
    label: str


class SessionChoice(Answered):
    session: str
    exam: str


class ImportForm(Answered):
    """The choices that a new import has."""

    types: tuple[DocumentTypeChoice, ...]
    academies: tuple[AcademieChoice, ...]
    sessions: tuple[SessionChoice, ...]


class Import(Answered):
    """An import, with how far its check and its publication are.

    `ready`, `published`, `failed` and `withdrawn` count documents, `refused` lines or files.
    `files_checked` of `files_to_check` files are looked into while PDFs wait for their check; 0 of
    0 else.
    """

    id: str
    type: str
    type_label: str
    source: Annotated[str, one_of(rules.SOURCE_LABELS)]
    source_label: str
    academie: str
    academie_label: str
    exam: str
    session: str
    title: str
    paragraphs: tuple[str, ...]
    state: Annotated[str, one_of(rules.STATE_LABELS)]
    state_label: str
    revision: Annotated[
        int,
        Meta(description="Augmente à chaque fichier ; une publication nomme celle qui fut lue"),
    ]
    filename: str | None
    unused_columns: tuple[str, ...]
    unfilled: Annotated[
        int, Meta(description="Lignes d'un modèle revenues sans que rien y soit rempli")
    ] = 0
    ready: int
    refused: int
    to_check: Annotated[
        int, Meta(description="Envois de PDF dont le contrôle attend ou est en cours")
    ] = 0
    files_checked: int = 0
    files_to_check: int = 0
    published: int
    failed: int
    withdrawn: int
    created_at: Instant
    publication_at: Instant | None
    ended_at: Instant | None
    withdrawal_reason: str | None


class Imports(Answered):
    items: tuple[Import, ...]
    next_cursor: str | None


class Refusal(Answered):
    place: Annotated[str, Meta(description="Numéro de la ligne, ou nom du fichier")]
    numero_candidat: str
    reason: str


class Refusals(Answered):
    items: tuple[Refusal, ...]
    next_cursor: str | None


class ImportCheck(Answered):
    """The numbers to know before an import is published.

    Of the documents to publish: those that lack an épreuve (`incomplete`), replace one of their
    candidate (`replacing`) or stand beside one of the type (`beside`). `absent`: candidates of the
    same spécialités who have none, where the type is about épreuves. `unattributed`: refused lines
    of which nobody can say whose they are.
    """

    incomplete: int
    replacing: int
    beside: int
    absent: int
    unattributed: Annotated[
        int, Meta(description="Lignes refusées dont le N° candidat ne peut pas être lu")
    ] = 0


class ImportDocument(Answered):
    id: Annotated[str, Meta(description="Celui du document une fois publié")]
    numero_candidat: str
    name: str
    earlier: Annotated[
        str | None, Meta(description="Document que celui-ci remplace, ou auquel il s'ajoute")
    ]
    replaced_at: Annotated[Instant | None, Meta(description="Par un document publié depuis")]
    state: Annotated[str, one_of(rules.DOCUMENT_STATE_LABELS)]
    state_label: str
    reason: str | None
    filename: str | None


class ImportDocuments(Answered):
    items: tuple[ImportDocument, ...]
    next_cursor: str | None


_POSITION = validate.Range(min=0, max=10_000_000)
_TYPES = validate.Regexp(rf"{rules.CODE_FORM}\Z", error="Choisissez un type de document.")
_SOURCES = validate.OneOf(
    [rules.CSV, rules.PDF], error="Choisissez un tableau CSV ou des fichiers PDF."
)
_SESSION = validate.Length(min=1, max=200, error="Choisissez une session.")
_ACADEMIE = validate.Length(min=1, max=8, error="Choisissez une académie.")
_REASON = validate.Length(
    min=1,
    max=rules.MAX_REASON_LENGTH,
    error=f"Saisissez un motif ({rules.MAX_REASON_LENGTH} caractères au plus).",
)


class NewImport(Given):
    """An import as it is prepared, before its file is sent.

    `academie`: a code; `session` and `exam`: labels of `GET /v1/import-form`. `title`: by default
    the label of the type. `paragraphs`: the text above the table of a CSV's documents (optional),
    or the text alternative of PDFs.
    """

    type: str = given(fields.String(required=True, validate=_TYPES))
    source: str = given(fields.String(required=True, validate=_SOURCES))
    academie: str = given(fields.String(required=True, validate=_ACADEMIE))
    session: str = given(PrintedText(required=True, validate=_SESSION))
    exam: str = given(PrintedText(required=True, validate=_SESSION))
    title: str = given(
        PrintedText(load_default="", validate=validate.Length(max=rules.MAX_TITLE_LENGTH))
    )
    paragraphs: list[str] = given(
        fields.List(
            PARAGRAPH, load_default=list, validate=validate.Length(max=rules.MAX_PARAGRAPHS)
        )
    )


IMPORTS = staff_lists.StaffList(
    "Imports",
    filters=(
        staff_lists.Filter(
            "academie",
            fields.String(validate=_ACADEMIE, metadata={"description": "Code : 03"}),
            staff_lists.PageField("academie", "Académie", staff_lists.SELECT, longest=8),
        ),
    ),
    columns=(
        staff_lists.Column("", "Titre", "title"),
        staff_lists.Column("", "Session", "session"),
        staff_lists.Column("", "Académie", "academie_label"),
        staff_lists.Column("", "Préparée le", "created_at"),
        staff_lists.Column("", "Documents", "ready", align="right"),
        staff_lists.Column("", "État", "state_label"),
    ),
    cursor=fields.String(
        validate=validate.Length(max=200), metadata={"description": staff_lists.CURSOR_WORDS}
    ),
)  # of Import


class ModelQuery(Given):
    """The model that is asked for: filled with a session's candidates where all three of `session`,
    `exam` and `academie` are given (as `GET /v1/import-form` has them)."""

    session: str = given(PrintedText(load_default="", validate=validate.Length(max=200)))
    exam: str = given(PrintedText(load_default="", validate=validate.Length(max=200)))
    academie: str = given(fields.String(load_default="", validate=validate.Length(max=8)))
    specialite: str = given(
        PrintedText(
            load_default="", metadata={"description": "De cette partie : le nom du fichier la dit"}
        )
    )
    part: int = given(
        fields.Integer(
            load_default=0,
            validate=_POSITION,
            metadata={"description": "De `model-parts` ; 0 : tout"},
        )
    )
    absent_from: str = given(
        fields.String(
            load_default="", metadata={"description": "La publication où ces candidats manquent"}
        )
    )

    @property
    def is_of_session(self) -> bool:
        """Tell whether the model holds a session's candidates rather than an example."""
        return bool(self.session and self.exam and self.academie)


class ModelPart(Answered):
    """Candidates of one spécialité, in so few lines that they can be sent back."""

    part: int
    specialite: str
    candidates: int
    lines: int


class RowsQuery(Given):
    """A page of an import's rows. `cursor`: the `next_cursor` of the page before; `limit`: rows."""

    cursor: int = given(fields.Integer(load_default=0, validate=_POSITION))
    limit: int = given(
        fields.Integer(load_default=ROWS_PAGE, validate=validate.Range(1, LARGEST_PAGE))
    )


class DocumentsQuery(RowsQuery):
    """`is_incomplete`: only those to publish that lack an épreuve which their candidate sits."""

    is_incomplete: bool = given(fields.Boolean(load_default=False))


class DocumentSearch(Given):
    numero_candidat: str = given(
        fields.String(required=True, validate=validate.Regexp(rf"{NUMERO_CANDIDAT_FORM}\Z"))
    )


class PreviewQuery(Given):
    document: str | None = given(
        fields.String(
            load_default=None,
            validate=validate.Regexp(rf"{rules.ID_FORM}\Z"),
            metadata={
                "description": "Identifiant d'un document de la publication ; par défaut le premier"
            },
        )
    )
    format: rules.FileFormat = given(
        fields.Enum(rules.FileFormat, by_value=True, load_default=rules.FileFormat.PDF)
    )


class Publication(Given):
    """« Publier ». `revision`: of the report that was read."""

    revision: int = given(fields.Integer(required=True, validate=_POSITION))
    accept_incomplete: bool = given(
        fields.Boolean(
            load_default=False,
            metadata={"description": "Publier aussi les documents auxquels il manque une épreuve"},
        )
    )


class Withdrawal(Given):
    """« Retirer », with its reason."""

    reason: str = given(PrintedText(required=True, validate=_REASON))
    is_reason_shown: bool = given(
        fields.Boolean(
            load_default=False,
            metadata={"description": "Le candidat lit le motif dans « Mes documents »"},
        )
    )


_PUBLISH = Callers(staff("documents:publish"))
_READ = Callers(staff("candidatures:read"), *_PUBLISH.access)
read_form = _PUBLISH.get(
    "/v1/import-form",
    ImportForm,
    "The types with the columns of their CSV, the caller's académies, the sessions that have "
    "candidatures.",
)
read_model = _PUBLISH.export(
    "/v1/import-models/<type>",
    "A model of the CSV of that type: the headings and two lines; or, of a session in an académie "
    "of the caller's, with its candidates and the épreuves that they sit, which is written to the "
    "audit trail.",
    query=ModelQuery,
)
read_model_parts = _PUBLISH.get(
    "/v1/imports/<import_id>/model-parts",
    list[ModelPart],
    "The parts of the model that is filled for an import, by spécialité: each can be sent back as "
    "one file.",
    seconds=EXPORT_SECONDS,
)
list_imports = _READ.get(
    "/v1/imports",
    Imports,
    "The imports of the caller's académies, the newest first.",
    query=IMPORTS.reads_page(),
)
create_import = _PUBLISH.post(
    "/v1/imports",
    Import,
    "Prepare an import; its file is sent next.",
    headers=OrderKey,
    body=NewImport,
    status=201,
    answer_words="Avec la même Idempotency-Key, l'import préparé d'abord, tel qu'il est",
    problems=(problem_types.FORBIDDEN, problem_types.KEY_ALREADY_USED),
)
read_import = _READ.get(
    "/v1/imports/<import_id>", Import, "An import, with how far its publication is."
)
uploads = upload_operations("/v1/imports/<import_id>/uploads", _PUBLISH, problem_types.CONFLICT)
begin_upload, read_upload, continue_upload, abandon_upload = uploads
take_uploads = _PUBLISH.post(
    "/v1/imports/<import_id>/files",
    Import,
    "Check what was uploaded: a CSV at once, line by line, in the place of the one sent before; a "
    "PDF, or an archive of them, each with the N° candidat in its name, in its turn, added to "
    "those sent before. Nothing is published.",
    body=OneUpload,
    seconds=CHECK_SECONDS,
    answer_words="Contrôlé ; avec le même envoi, l'import tel qu'il est",
    other_statuses={
        202: "Reçu ; le contrôle de PDF suit, et il est fini quand `to_check` de l'import est à 0"
    },
    problems=(
        problem_types.CONFLICT,
        problem_types.UPLOAD_INCOMPLETE,
        problem_types.INVALID,
        problem_types.UNAVAILABLE,
    ),
)
list_refusals = _READ.get(
    "/v1/imports/<import_id>/refusals",
    Refusals,
    "The lines and files that are not published, each with its reason.",
    query=RowsQuery,
)
read_lines_to_mend = _PUBLISH.export(
    "/v1/imports/<import_id>/refusals.csv",
    "The refused lines as they were sent, with the number in a first column and the reason in a "
    "last one: mended and sent again, all or some, they complete what was right. Written to the "
    "audit trail.",
)
read_check = _READ.get(
    "/v1/imports/<import_id>/check",
    ImportCheck,
    "What to know before an import is published.",
)
list_documents = _READ.get(
    "/v1/imports/<import_id>/documents",
    ImportDocuments,
    "The documents of an import with their states, or those to publish that lack an épreuve their "
    "candidate sits.",
    query=DocumentsQuery,
)
search_documents = _READ.post(
    "/v1/imports/<import_id>/documents/search",
    ImportDocuments,
    "The documents of an import that are of one N° candidat, which stands in no address.",
    body=DocumentSearch,
    reads=True,
)
read_preview = _PUBLISH.get(
    "/v1/imports/<import_id>/preview",
    bytes,
    "One of the documents as its candidate will get it. Written to the audit trail.",
    query=PreviewQuery,
    media_type=PDF_TYPE,
    seconds=PREVIEW_SECONDS,
    problems=(problem_types.CONFLICT, problem_types.UNAVAILABLE),
)
publish = _PUBLISH.post(
    "/v1/imports/<import_id>/publication",
    Import,
    "Publish what is right; the worker makes the documents. Refused (422) while some lack an "
    "épreuve and that is not accepted, and (409) while PDFs wait for their check. Given again, it "
    "changes nothing.",
    body=Publication,
    status=202,
    problems=(problem_types.CONFLICT, problem_types.PRECONDITION_FAILED),
)
abandon = _PUBLISH.post(
    "/v1/imports/<import_id>/abandonment",
    Import,
    "Give up an import that is not published.",
    problems=(problem_types.CONFLICT,),
)
withdraw = _PUBLISH.post(
    "/v1/imports/<import_id>/withdrawal",
    Import,
    "Take back every document of an import, with a reason; what is not published yet will not be.",
    body=Withdrawal,
    problems=(problem_types.CONFLICT,),
    asks_code=True,
)
withdraw_document = _PUBLISH.post(
    "/v1/published-documents/<document_id>/withdrawal",
    NoneType,
    "Take back one published document, with a reason.",
    body=Withdrawal,
    asks_code=True,
)
