"""The API of pieces for candidates: what is asked for, uploads and deposits, « J'ai fourni toutes
mes pièces »."""

from datetime import date
from types import NoneType
from typing import Annotated

from marshmallow import fields
from msgspec import Meta

from services.contracts import page_labels, problem_types
from services.contracts.api.given import Given, given
from services.contracts.api.operation import (
    CANDIDATE,
    Answered,
    Callers,
    CandidatureLabels,
    End,
    Instant,
    one_of,
    staff,
)
from services.contracts.api.uploads import Uploads, upload_operations
from services.contracts.piece_rules import PREVIEW_SIDE, FileForm, Scan, Sign, Status

TITLE = page_labels.JUSTIFICATIFS
FILE_SECONDS = 60.0  # to pass 5 MiB on, and for pieces to inspect them


EARLIER_VERSION = "D'un fichier donné pour une version antérieure de la candidature : laquelle"


KNOWN_VERSION = "Version de la candidature que pieces connaît"


class Tile(CandidatureLabels):
    version: Annotated[int | None, Meta(description=KNOWN_VERSION)] = None


class Candidatures(Answered):
    candidatures: tuple[Tile, ...]


class Deposit(Answered):
    """The current file of a piece, for who deposited it."""

    id: str
    filename: str
    size: Annotated[int, Meta(description="Octets")]
    deposited_at: Instant
    deposited_sentence: str
    scan: Annotated[str, Meta(description="Avis de l'antivirus, en français")]
    scan_code: Annotated[str, one_of(Scan)]
    converted: Annotated[
        bool, Meta(description="Le fichier gardé n'est pas celui envoyé, octet pour octet")
    ] = False
    pages: Annotated[int | None, Meta(description="D'un PDF")] = None
    look: Annotated[
        tuple[Annotated[str, one_of(Sign)], ...],
        Meta(description="Pourquoi le fichier pourrait être difficile à lire"),
    ] = ()
    validated_at: Instant | None = None
    validated_sentence: str | None = None
    version: Annotated[int | None, Meta(description=EARLIER_VERSION)] = None


class Piece(Answered):
    """A piece for its candidate, with what can be done with it now."""

    id: str
    code: str
    label: str
    asked: Annotated[bool, Meta(description="Encore demandée par la candidature")]
    required: bool
    formats: tuple[str, ...]
    form: str | None
    can_deposit: bool
    can_delete: bool
    deposit: Deposit | None
    status: Annotated[str | None, Meta(description="En français")]
    status_code: Annotated[str, one_of(Status)] | None
    status_comment: str | None
    received_on: date | None
    resubmit_until: End | None
    resubmit_sentence: Annotated[str | None, Meta(extra_json_schema={"deprecated": True})] = None
    sentence: Annotated[str | None, Meta(description="Où en est la pièce, pour le candidat")] = None


class Group(Answered):
    """A regroupement: pieces that are shown and validated together."""

    code: str
    label: str
    can_validate: bool
    validate_blocked_reason: str | None
    pieces: tuple[Piece, ...]


class Period(Answered):
    sentence: str
    open: bool
    groups: tuple[Group, ...]


class RequestedPieces(CandidatureLabels):
    """The pieces asked for one candidature, by period and regroupement."""

    periods: tuple[Period, ...]
    warning: str
    quota_sentence: Annotated[
        str | None, Meta(description="Où il reste peu de place pour ses fichiers")
    ] = None
    version: Annotated[int | None, Meta(description=KNOWN_VERSION)] = None


class DepositPeriod(Answered):
    opens: Instant
    closes: End


class Resubmission(Answered):
    """A refused piece, to be deposited again."""

    label: str
    until: End


class PiecesToDo(Answered):
    """The work that is left with the pieces of a candidature."""

    candidature_id: str
    version: Annotated[int, Meta(description=KNOWN_VERSION)]
    missing: Annotated[int, Meta(description="Pièces obligatoires sans fichier")]
    refused: Annotated[int, Meta(description="Pièces non conformes, à déposer à nouveau")]
    to_validate: Annotated[int, Meta(description="Regroupements complets, à valider")]
    late: Annotated[int, Meta(description="Pièces non fournies, dont l'échéance est passée")]
    until: End | None
    opens: Annotated[Instant | None, Meta(description="Ouverture du dépôt à venir")]
    periods: tuple[DepositPeriod, ...]
    resubmissions: tuple[Resubmission, ...]


class PiecesToDoOfAll(Answered):
    candidatures: tuple[PiecesToDo, ...]


class FileQuery(Given):
    """The form in which a gestionnaire opens a file; its candidate gets what they deposited."""

    form: FileForm = given(fields.Enum(FileForm, by_value=True, load_default=FileForm.COPY))


_OWN_FILES = Callers(CANDIDATE)

list_candidatures = _OWN_FILES.get(
    "/v1/candidatures", Candidatures, f"Tiles of « {page_labels.JUSTIFICATIFS} »."
)
list_pieces_to_do = _OWN_FILES.get(
    "/v1/left",
    PiecesToDoOfAll,
    "What is left to do with the pieces of each candidature, and its dates.",
)
list_pieces = _OWN_FILES.get(
    "/v1/candidatures/<candidature_id>/pieces",
    RequestedPieces,
    "What is asked for, by period and regroupement, and what can be done with it now.",
)
delete_deposit = _OWN_FILES.delete(
    "/v1/pieces/<piece_id>/deposit",
    NoneType,
    "The bin: the file is taken back.",
    problems=(problem_types.DEPOSIT_CLOSED,),
)
validate_group = _OWN_FILES.post(
    "/v1/candidatures/<candidature_id>/groups/<code>/validation",
    RequestedPieces,
    "« J'ai fourni toutes mes pièces »; repeated, it changes nothing.",
    problems=(problem_types.VALIDATION_CLOSED,),
)

uploads = upload_operations(
    "/v1/pieces/<piece_id>/uploads",
    _OWN_FILES,
    problem_types.DEPOSIT_CLOSED,
    problem_types.FILE_REFUSED,
)
begin_upload, read_upload, continue_upload, abandon_upload = uploads
deposit_uploads = _OWN_FILES.post(
    "/v1/pieces/<piece_id>/deposit",
    Piece,
    "The file that was uploaded becomes the piece's current one; several become the pages of one "
    "PDF.",
    body=Uploads,
    status=201,
    seconds=FILE_SECONDS,
    problems=(
        problem_types.DEPOSIT_CLOSED,
        problem_types.UPLOAD_INCOMPLETE,
        problem_types.UPLOAD_DEPOSITED,
        problem_types.TOO_LARGE,
        problem_types.QUOTA_REACHED,
        problem_types.FORMAT_REFUSED,
        problem_types.FILE_REFUSED,
        problem_types.FILE_UNVERIFIED,
        problem_types.TOO_MANY_FILES,
        problem_types.UNAVAILABLE,
    ),
)

read_file = Callers(CANDIDATE, staff("pieces:read")).get(
    "/v1/pieces/<piece_id>/file",
    bytes,
    "The file: as it was deposited for its candidate; for staff its copy, a PDF of pictures of its "
    "pages, or the original. What has no pages, or too many, has no copy. Staff get none that the "
    "antivirus has not found clean; X-Antivirus tells its opinion.",
    query=FileQuery,
    media_type="application/octet-stream",
    answer_words="Les octets du fichier",
    seconds=FILE_SECONDS,
    problems=(problem_types.NOT_CLEAN, problem_types.NO_PREVIEW, problem_types.FILE_LOST),
)
read_preview = _OWN_FILES.get(
    "/v1/pieces/<piece_id>/preview",
    bytes,
    "The photograph or the first page, small; nobody but its depositor sees it.",
    media_type="image/jpeg",
    answer_words=f"{PREVIEW_SIDE} points de côté au plus",
    seconds=FILE_SECONDS,
    problems=(problem_types.NO_PREVIEW, problem_types.TOO_MANY_FILES),
)
