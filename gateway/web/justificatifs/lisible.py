"""« Est-ce lisible ? »: a preview of the file just deposited, and warnings about its legibility."""

from pathlib import PurePath

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.sessions import visitor
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.liste import requested_piece
from services.chassis.french import file_size
from services.contracts.api import pieces as api
from services.contracts.api.pieces import Deposit, Piece
from services.contracts.piece_rules import OTHER_EXTENSIONS, VIEWABLE_FORMATS

LEGIBILITY_WARNINGS = {
    "blank": "La page paraît vide : vérifiez que c'est la bonne page et qu'on y distingue le texte.",
    "sideways": "La page paraît tournée : le texte doit se lire sans pencher la tête.",
    "blurred": "La photo paraît floue : posez le document à plat, dans la lumière, et reprenez la photo de près.",
    "small": "L'image a peu de détails : agrandie, elle ne pourra peut-être pas être lue.",
}
"""By the codes of pieces' look at a file; they warn and never refuse."""
LARGEST_PHOTO_BYTES = 1024**3  # larger sizes in the query string are ignored


@blueprint.get("/justificatifs/<candidature_id>/lisible/<piece_id>", who=access.CANDIDATE)
def show_preview(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    piece = requested_piece(candidature_id, piece_id)
    if piece.deposit is None:
        return redirect(url_for("justificatifs.show", candidature_id=candidature_id))
    return render_page(
        "justificatifs/templates/lisible.html",
        candidature_id=candidature_id,
        piece=piece,
        deposit=piece.deposit,
        warnings=[LEGIBILITY_WARNINGS[code] for code in piece.deposit.look if code in LEGIBILITY_WARNINGS],
        done=processing_sentences(
            piece.deposit, _query_number("fichiers"), _query_number("avant"), _query_number("apres")
        ),
    )


@blueprint.get("/justificatifs/apercu/<piece_id>", who=access.CANDIDATE)
def preview(piece_id: str) -> ResponseReturnValue:
    return visitor.stream(api.read_preview, piece_id=piece_id)


def after_deposit(candidature_id: str, piece: Piece, *, file_count: int) -> str:
    """The page to show after a deposit made of `file_count` files."""
    if piece.deposit is None or not has_preview(piece.deposit):
        return url_for("justificatifs.show", candidature_id=candidature_id, fait="depose")
    several = file_count if file_count > 1 else None
    return url_for("justificatifs.show_preview", candidature_id=candidature_id, piece_id=piece.id, fichiers=several)


def has_preview(deposit: Deposit) -> bool:
    """Whether its file can be shown as a picture, by its name."""
    extension = PurePath(deposit.filename).suffix.casefold().removeprefix(".")
    return OTHER_EXTENSIONS.get(extension, extension) in VIEWABLE_FORMATS


def processing_sentences(deposit: Deposit, files: int, before: int, after: int) -> list[str]:
    """What was done with the files chosen; `before`, `after`: their bytes, where the browser reduced photographs."""
    sentences = []
    if 0 < after < before:
        reduced = "Votre photo a été réduite" if files < 2 else "Vos fichiers ont été réduits"
        sentences.append(f"{reduced} de {file_size(before)} à {file_size(after)}.")
    if files > 1:
        pages = f" de {deposit.pages} pages" if deposit.pages and deposit.pages > 1 else ""
        sentences.append(f"Vos {files} fichiers ont été réunis en un PDF{pages}.")
    elif deposit.converted:
        sentences.append("Votre photo a été convertie en JPEG, sans la date ni le lieu de la prise de vue.")
    return sentences


def _query_number(name: str) -> int:
    """A number of the query string, 0 where there is none."""
    text = request.args.get(name, "")
    return min(int(text), LARGEST_PHOTO_BYTES) if text.isascii() and text.isdigit() and len(text) < 16 else 0
