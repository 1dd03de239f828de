"""« Est-ce lisible ? »: the file just deposited as the office will see it, and what looks wrong about it."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.clients.files import passed_on
from gateway.clients.pieces import Deposit, Piece
from gateway.pages import page
from gateway.services import services
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.liste import ACTIVE, asked_piece, token
from services.chassis.french import taille

LOOKS = {
    "blank": "La page paraît vide : vérifiez que c'est la bonne page et qu'on y distingue le texte.",
    "sideways": "La page paraît tournée : le texte doit se lire sans pencher la tête.",
    "blurred": "La photo paraît floue : posez le document à plat, dans la lumière, et reprenez la photo de près.",
    "small": "L'image a peu de détails : agrandie, elle ne pourra peut-être pas être lue.",
}
"""What pieces sees in a file, by its codes; it warns and never refuses."""
LARGEST = 1024**3  # bytes of a photograph that a page would mention


@blueprint.get("/justificatifs/<candidature_id>/lisible/<piece_id>")
@entrances.candidates
def look(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    piece = asked_piece(candidature_id, piece_id)
    if piece.deposit is None:
        return redirect(url_for("justificatifs.show", candidature_id=candidature_id))
    return page(
        "justificatifs/templates/lisible.html",
        active=ACTIVE,
        candidature_id=candidature_id,
        piece=piece,
        deposit=piece.deposit,
        warnings=[LOOKS[code] for code in piece.deposit.look if code in LOOKS],
        done=what_was_done(piece.deposit, _number("fichiers"), _number("avant"), _number("apres")),
    )


@blueprint.get("/justificatifs/apercu/<piece_id>")
@entrances.candidates
def preview(piece_id: str) -> ResponseReturnValue:
    return passed_on(services().pieces.preview(token(), piece_id))


def after_deposit(candidature_id: str, piece: Piece, *, fichiers: int) -> str:
    """Where a candidate goes on after a deposit made of so many files."""
    if piece.deposit is None or not piece.deposit.has_preview:
        return url_for("justificatifs.show", candidature_id=candidature_id, fait="depose")
    several = fichiers if fichiers > 1 else None
    return url_for("justificatifs.look", candidature_id=candidature_id, piece_id=piece.id, fichiers=several)


def what_was_done(deposit: Deposit, files: int, before: int, after: int) -> list[str]:
    """What became of the files chosen; `before` and `after` are bytes, where the browser made pictures smaller."""
    done = []
    if 0 < after < before:
        what = "Votre photo a été réduite" if files < 2 else "Vos fichiers ont été réduits"
        done.append(f"{what} de {taille(before)} à {taille(after)}.")
    if files > 1:
        pages = f" de {deposit.pages} pages" if deposit.pages and deposit.pages > 1 else ""
        done.append(f"Vos {files} fichiers ont été réunis en un PDF{pages}.")
    elif deposit.converted:
        done.append("Votre photo a été convertie en JPEG, sans la date ni le lieu de la prise de vue.")
    return done


def _number(name: str) -> int:
    """A number of the address: at most what can be."""
    text = request.args.get(name, "")
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) < 16 else 0
