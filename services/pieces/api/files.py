"""Downloads and previews of the current file of a piece, with headers that make browsers save it,
never run it; what accounts copies for whose it is."""

import unicodedata
from urllib.parse import quote

from flask import Response

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import personal_data
from services.contracts.api import pieces as api
from services.contracts.api import staff_pieces as staff_api
from services.contracts.piece_rules import FileForm, Format, Scan
from services.pieces.domain.files import UNNAMED, with_extension
from services.pieces.models import db
from services.pieces.operations import downloads
from services.pieces.queries.kept_files import kept_file
from services.pieces.queries.personal_data import part

views = Views("fichiers", __name__)

SCAN_HEADER = "X-Antivirus"
NOT_SCANNED_WARNING = '199 - "Fichier non analyse par un antivirus"'
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


@views.serves(api.read_file)
def piece_file(piece_id: str, query: api.FileQuery) -> Response:
    who = access.caller()
    form = query.form if who.kind == "staff" else FileForm.ORIGINAL
    deposit, content = downloads.open_file(who, piece_id, form)
    filename = deposit.filename
    media_type = deposit.media_type
    if form is FileForm.COPY:
        filename = with_extension(filename, Format.PDF)
        media_type = Format.PDF.media_type
    elif who.kind == "staff":
        stem, dot, extension = filename.rpartition(".")
        filename = f"{stem} (original){dot}{extension}"
    response = Response(content, headers=_HARMLESS, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition(filename)
    response.headers[SCAN_HEADER] = deposit.scan
    if deposit.scan == Scan.NOT_SCANNED:
        response.headers["Warning"] = NOT_SCANNED_WARNING
    return response


@views.serves(api.read_preview)
def piece_preview(piece_id: str) -> Response:
    return _picture_response(downloads.render_preview(access.caller().id, piece_id))


@views.serves(staff_api.read_page)
def piece_page(piece_id: str, number: int, query: staff_api.PageQuery) -> Response:
    page = downloads.render_page_for_staff(access.caller(), piece_id, number, ahead=query.ahead)
    return _picture_response(page)


@views.serves(staff_api.record_opening)
def record_opening(piece_id: str, body: staff_api.Opening) -> None:
    downloads.record_opening(access.caller(), piece_id, body.deposit_id, body.page)


@views.serves(personal_data.read_part)
def read_part(candidate_id: str) -> personal_data.Part:
    with db.reading() as transaction:
        return part(transaction, candidate_id)


@views.serves(personal_data.read_held_file)
def read_held_file(candidate_id: str, file_id: str) -> Response:
    with db.reading() as transaction:
        deposit = kept_file(transaction, candidate_id, file_id)
    return Response(
        downloads.read_verified(deposit), content_type=personal_data.read_held_file.media_type
    )


def _picture_response(picture: bytes) -> Response:
    return Response(picture, headers=_HARMLESS, content_type="image/jpeg")


def content_disposition(filename: str) -> str:
    """Return the header of RFC 6266 that has browsers save a file under this name: with its
    accents, and in ASCII for clients that cannot read the former."""
    ascii_name = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    safe_name = "".join("_" if char in '"\\%;' else char for char in ascii_name).strip() or UNNAMED
    return f"attachment; filename=\"{safe_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
