"""The pieces asked for by candidature; « J'ai fourni toutes mes pièces »; « Est-ce lisible ? »: a
preview of the file just deposited, and warnings about its legibility."""

from pathlib import PurePath

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import shown_on
from gateway.sessions import visitor
from gateway.web.justificatifs import blueprint
from gateway.web.own_candidatures import NOT_ANSWERING, is_older, read_registered
from services.chassis.errors import DomainError, NotFound, found
from services.contracts.api import pieces as api
from services.contracts.api.pieces import Deposit, Piece, RequestedPieces
from services.contracts.api.registrations import Tile
from services.contracts.piece_rules import OTHER_EXTENSIONS, VIEWABLE_FORMATS
from services.french import file_size

DONE_SENTENCES = {
    "depose": "Votre fichier est déposé.",
    "supprime": "Le fichier est supprimé.",
    "valide": "Vos pièces sont validées : elles vont être étudiées.",
}
UNDER_SCAN = "pending"
NOT_SCANNED = "not_scanned"
SCAN_WORDS = {"clean": "fichier sain", "infected": "fichier infecté"}
"""In the place of the labels of these antivirus states, which agree with « pièce »."""
LEGIBILITY_WARNINGS = {
    "blank": (
        "La page paraît vide : vérifiez que c'est la bonne page et qu'on y distingue le texte."
    ),
    "sideways": "La page paraît tournée : le texte doit se lire sans pencher la tête.",
    "blurred": (
        "La photo paraît floue : posez le document à plat, dans la lumière, et reprenez la photo "
        "de près."
    ),
    "small": "L'image a peu de détails : agrandie, elle ne pourra peut-être pas être lue.",
}
"""By the codes of pieces' look at a file; they warn and never refuse."""
LARGEST_PHOTO_BYTES = 1024**3  # larger sizes in the query string are ignored


@blueprint.get("/justificatifs", who=access.CANDIDATE)
def choose() -> ResponseReturnValue:
    registered = read_registered()
    copies = visitor.call(api.list_candidatures()).candidatures
    return render_page(
        "choix_candidature.html",
        candidatures=registered.with_pieces(copies),
        missing=None if registered.is_known else NOT_ANSWERING,
        shows="justificatifs.show",
        lead="Choisissez la candidature dont vous voulez fournir ou suivre les pièces.",
        nothing=(
            "Aucune pièce ne vous est demandée. Les pièces à fournir apparaissent ici tant que "
            "vous avez une candidature enregistrée."
        ),
    )


@blueprint.get("/justificatifs/<candidature_id>", who=access.CANDIDATE)
def show(candidature_id: str, *, refusal: DomainError | None = None) -> ResponseReturnValue:
    registered = read_registered()
    if registered.has_withdrawn(candidature_id) or registered.has_set_aside(candidature_id):
        raise NotFound()
    tile = registered.tile(candidature_id)
    try:
        requested = requested_pieces(candidature_id)
    except DomainError as unknown:
        if tile is None or unknown.http_status != NotFound.problem.status:
            raise
        return render_page("justificatifs/templates/en_preparation.html", tile=tile)
    return render_page(
        "justificatifs/templates/justificatifs.html",
        list_to_come=_list_to_come(requested, tile),
        refusal=refusal,
        errors=(),
        candidature_id=candidature_id,
        requested=requested,
        is_all_handed_over=is_all_handed_over(requested),
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
        scan_words=SCAN_WORDS,
        under_scan=UNDER_SCAN,
        not_scanned=NOT_SCANNED,
    )


def _list_to_come(requested: RequestedPieces, tile: Tile | None) -> str | None:
    """Say that the list of a newer version is on its way, where pieces has an older one."""
    if tile is None or not is_older(requested.version, tile):
        return None
    return (
        "La liste des pièces à fournir est en préparation pour la version "
        f"{tile.version} de votre candidature. Voici celle de la version {requested.version}."
    )


@blueprint.get("/justificatifs/fichier/<piece_id>", who=access.CANDIDATE)
def file(piece_id: str) -> Response:
    return visitor.stream(api.read_file(piece_id))


@blueprint.get("/justificatifs/<candidature_id>/validation/<group>", who=access.CANDIDATE)
def ask_validation(candidature_id: str, group: str) -> ResponseReturnValue:
    requested = requested_pieces(candidature_id)
    groups = (entry for period in requested.periods for entry in period.groups)
    return render_page(
        "justificatifs/templates/validation.html",
        candidature_id=candidature_id,
        group=found(next((entry for entry in groups if entry.code == group), None)),
        warning=requested.warning,
    )


@blueprint.post("/justificatifs/<candidature_id>/validation/<group>", who=access.CANDIDATE)
@shown_on(
    lambda candidature_id, group, refusal: show(candidature_id, refusal=refusal), 403, 409, 422
)
def validate(candidature_id: str, group: str) -> ResponseReturnValue:
    visitor.call(api.validate_group(candidature_id, group))
    return redirect(
        url_for("justificatifs.show", candidature_id=candidature_id, fait="valide"), code=303
    )


def requested_pieces(candidature_id: str) -> RequestedPieces:
    return visitor.call(api.list_pieces(candidature_id))


def requested_piece(candidature_id: str, piece_id: str) -> Piece:
    groups = (
        group for period in requested_pieces(candidature_id).periods for group in period.groups
    )
    return found(
        next((piece for group in groups for piece in group.pieces if piece.id == piece_id), None)
    )


def is_all_handed_over(requested: RequestedPieces) -> bool:
    """Nothing is left to deposit or to validate, and all periods are open."""
    return all(
        period.open
        and not any(
            group.can_validate or any(piece.can_deposit for piece in group.pieces)
            for group in period.groups
        )
        for period in requested.periods
    )


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
        warnings=[
            LEGIBILITY_WARNINGS[code] for code in piece.deposit.look if code in LEGIBILITY_WARNINGS
        ],
        done=processing_sentences(
            piece.deposit, *map(_query_number, ("fichiers", "avant", "apres"))
        ),
    )


@blueprint.get("/justificatifs/apercu/<piece_id>", who=access.CANDIDATE)
def preview(piece_id: str) -> Response:
    return visitor.stream(api.read_preview(piece_id))


def after_deposit(candidature_id: str, piece: Piece, *, file_count: int) -> str:
    """The page to show after a deposit made of `file_count` files."""
    if piece.deposit is None or not has_preview(piece.deposit):
        return url_for("justificatifs.show", candidature_id=candidature_id, fait="depose")
    several = file_count if file_count > 1 else None
    return url_for(
        "justificatifs.show_preview",
        candidature_id=candidature_id,
        piece_id=piece.id,
        fichiers=several,
    )


def has_preview(deposit: Deposit) -> bool:
    """Whether its file can be shown as a picture, by its name."""
    extension = PurePath(deposit.filename).suffix.casefold().removeprefix(".")
    return OTHER_EXTENSIONS.get(extension, extension) in VIEWABLE_FORMATS


def processing_sentences(deposit: Deposit, files: int, before: int, after: int) -> list[str]:
    """What was done with the files chosen; `before`, `after`: their bytes, where the browser
    reduced photographs."""
    sentences = []
    if 0 < after < before:
        reduced = "Votre photo a été réduite" if files < 2 else "Vos fichiers ont été réduits"
        sentences.append(f"{reduced} de {file_size(before)} à {file_size(after)}.")
    if files > 1:
        pages = f" de {deposit.pages} pages" if deposit.pages and deposit.pages > 1 else ""
        sentences.append(f"Vos {files} fichiers ont été réunis en un PDF{pages}.")
    elif deposit.converted:
        sentences.append(
            "Votre photo a été convertie en JPEG, sans la date ni le lieu de la prise de vue."
        )
    return sentences


def _query_number(name: str) -> int:
    """A number of the query string, 0 where there is none."""
    return min(request.args.get(name, 0, type=int), LARGEST_PHOTO_BYTES)
